import { describe, expect, it } from 'vitest';
import { CHUNK_LENGTH, chunksOf, NORM_TILE_LENGTH, sliceOf } from './parameter-layout.js';

describe('sliceOf', () => {
  it.each([1, NORM_TILE_LENGTH, 5 * NORM_TILE_LENGTH + 17, 40 * NORM_TILE_LENGTH])(
    'cuts %i elements without gap, at norm tiles',
    (length) => {
      for (let servers = 1; servers <= 7; servers += 1) {
        let reached = 0;
        for (let server = 0; server < servers; server += 1) {
          const { from, to } = sliceOf(length, server, servers);
          expect(from).toBe(reached);
          expect(from % NORM_TILE_LENGTH === 0 || from === length).toBe(true);
          reached = to;
        }
        expect(reached).toBe(length);
        expect(sliceOf(length, 0, servers).to).toBeGreaterThan(0); // the lead always has a part
      }
    },
  );
});

describe('chunksOf', () => {
  it('covers a slice in order, the last chunk shorter', () => {
    const slice = { from: NORM_TILE_LENGTH, to: NORM_TILE_LENGTH + CHUNK_LENGTH + 3 };
    expect(chunksOf(slice)).toStrictEqual([
      { from: slice.from, to: slice.from + CHUNK_LENGTH },
      { from: slice.from + CHUNK_LENGTH, to: slice.to },
    ]);
    expect(chunksOf({ from: 5, to: 5 })).toStrictEqual([]);
  });
});

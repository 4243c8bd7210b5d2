import { describe, expect, it } from 'vitest';
import { meanShareInterval } from '../intervals.js';
import { redrawnAttribute, redrawnColumns, redrawnIntervals } from './redrawn-attribute.js';
import { swapFigures } from './swap-figures.js';
import { swapRow, swapRows } from './swap-rows.js';

describe('swap figures', () => {
  it('count, for each source and target, how often the judge reads the target', () => {
    const sources = Int32Array.of(0, 0, 1);
    const read = Float32Array.of(0, 1, /**/ 0, 0, /**/ 1, 1);
    expect(swapFigures({ sources, read, judgeAccuracy: 0.5 }, 2)).toEqual({
      judge_accuracy: 0.5,
      matrix: [
        [1, 0.5],
        [0, 1],
      ],
      off_diagonal: 0.25,
      diagonal: 1,
    });
  });

  it('are 1 where redrawing obeys, 0 off the diagonal where it ignores the label, and pass over a class without examples', () => {
    const sources = Int32Array.of(0, 1);
    expect(swapFigures({ sources, read: Float32Array.of(0, 1, 2, 0, 1, 2), judgeAccuracy: 1 }, 3)).toMatchObject({
      off_diagonal: 1,
      diagonal: 1,
      matrix: [
        [1, 1, 1],
        [1, 1, 1],
        [0, 0, 0],
      ],
    });
    expect(swapFigures({ sources, read: Float32Array.of(0, 0, 0, 1, 1, 1), judgeAccuracy: 1 }, 3)).toMatchObject({
      off_diagonal: 0,
      diagonal: 1,
    });
  });

  it('are made of rows that travel', () => {
    const image = new Float32Array(16).fill(-1).fill(1, 4, 12);
    const row = swapRow({ image, redrawn: [image, image.map((value) => -value)], read: [1, 0], height: 4, width: 4 });
    const [travelled] = swapRows(Float32Array.from([...row, ...row]), 2);
    expect(travelled?.redrawn.map(({ read }) => read)).toEqual([1, 0]);
    expect(travelled?.redrawn[0]).toMatchObject(travelled?.original ?? {});
    expect(swapRows(Float32Array.from([...row, ...row]), 2)).toHaveLength(2);
  });

  it('of an attribute say of each direction what the judge reads before and after, and how well it reads raw images', () => {
    const values = Int32Array.of(0, 0, 0, 0, 1, 1, -1);
    const [no, yes] = [0, 1];
    // What is read in the image itself, redrawn without, redrawn with it; the last image has no value.
    const rows = Float32Array.from([
      no, no, yes, /**/ no, no, no, /**/ yes, no, yes, /**/ no, no, no, /**/ yes, yes, yes, /**/ no, no, no, /**/ yes, yes, yes,
    ]);
    const found = redrawnAttribute({ name: 'hat', categories: ['no', 'yes'], values }, rows);
    expect(found).toMatchObject({
      tested: 6, judge: { balanced_accuracy: 0.625, of_each: [0.75, 0.5] }, matrix: [[1, 0.5], [0.5, 0.5]], swap: 0.5, rebuilt: 0.75,
      to: [
        { value: 'no', examples: 2, share: 0.5, before: 0.5, rebuilt: 0.5 },
        { value: 'yes', examples: 4, share: 0.5, before: 0.25, rebuilt: 0 },
      ],
    });
    expect(found.to[1]?.interval[0]).toBeGreaterThan(0.1);
    // Each value has its own number of images: 4 and 2, not 6 twice.
    expect(redrawnIntervals(found)).toEqual({
      swap: meanShareInterval([{ share: 0.5, examples: 4 }, { share: 0.5, examples: 2 }]),
      judge: meanShareInterval([{ share: 0.75, examples: 4 }, { share: 0.5, examples: 2 }]),
    });
    expect(redrawnColumns(2)).toBe(3);
  });
});

import { describe, expect, it } from 'vitest';
import { blendWithPhotographs } from './mnist-m.js';

describe('blendWithPhotographs', () => {
  const ink = (place: number): number => (place % 3 === 0 ? 255 : 0);
  const strokes = Uint8Array.from({ length: 3 * 16 }, (_, place) => ink(place));
  const digits = { images: strokes, count: 3, shape: { height: 4, width: 4, channels: 1 } };
  const pixels = Uint8Array.from({ length: 6 * 5 * 3 }, (_, index) => (index * 11) % 256);
  const photograph = { images: pixels, count: 1, shape: { height: 6, width: 5, channels: 3 } };

  it('takes the difference of a patch and the digit in each colour', () => {
    const small = { images: pixels.slice(0, 48), count: 1, shape: { height: 4, width: 4, channels: 3 } };
    const blended = blendWithPhotographs({ ...digits, count: 1 }, [small], 1);
    expect(blended).toEqual(small.images.map((value, index) => Math.abs(value - ink(Math.floor(index / 3)))));
  });

  it('draws places by seed', () => {
    expect(blendWithPhotographs(digits, [photograph], 1)).toEqual(blendWithPhotographs(digits, [photograph], 1));
    expect(blendWithPhotographs(digits, [photograph], 1)).not.toEqual(blendWithPhotographs(digits, [photograph], 2));
  });

  it('needs photographs that are large enough', () => {
    expect(() => blendWithPhotographs(digits, [], 1)).toThrow('at least one, and each of at least 4 x 4 pixels, found none');
    const low = { ...photograph, shape: { height: 3, width: 10, channels: 3 } };
    expect(() => blendWithPhotographs(digits, [low], 1)).toThrow('found 3 x 10');
  });
});

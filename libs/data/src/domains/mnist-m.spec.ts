import { describe, expect, it } from 'vitest';
import { blendWithPhotographs } from './mnist-m.js';

describe('blendWithPhotographs', () => {
  const digits = { images: Uint8Array.from({ length: 3 * 16 }, (_, index) => (index % 3 === 0 ? 255 : 0)), count: 3, shape: { height: 4, width: 4, channels: 1 } };
  const photograph = { images: Uint8Array.from({ length: 6 * 5 * 3 }, (_, index) => (index * 11) % 256), count: 1, shape: { height: 6, width: 5, channels: 3 } };

  it('takes the difference of a patch and the digit in each colour', () => {
    const blended = blendWithPhotographs({ ...digits, count: 1 }, [{ ...photograph, images: photograph.images.slice(0, 48), shape: { height: 4, width: 4, channels: 3 } }], 1);
    expect([...blended]).toEqual(Array.from({ length: 48 }, (_, index) => Math.abs((photograph.images[index] ?? 0) - (Math.floor(index / 3) % 3 === 0 ? 255 : 0))));
  });

  it('draws places by seed', () => {
    expect(blendWithPhotographs(digits, [photograph], 1)).toEqual(blendWithPhotographs(digits, [photograph], 1));
    expect(blendWithPhotographs(digits, [photograph], 1)).not.toEqual(blendWithPhotographs(digits, [photograph], 2));
  });

  it('needs photographs that are large enough', () => {
    expect(() => blendWithPhotographs(digits, [], 1)).toThrow('at least one, and each of at least 4 x 4 pixels, found none');
    expect(() => blendWithPhotographs(digits, [{ ...photograph, shape: { height: 3, width: 10, channels: 3 } }], 1)).toThrow('found 3 x 10');
  });
});

import { describe, expect, it } from 'vitest';
import { convertImages } from './convert-images.js';

describe('convertImages', () => {
  it('repeats grey in all colours and turns colours into grey', async () => {
    const grey = { images: Uint8Array.of(0, 100, 200, 255), count: 1, shape: { height: 2, width: 2, channels: 1 } };
    const colour = await convertImages(grey, { height: 2, width: 2, channels: 3 });
    expect([...colour]).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
    const back = await convertImages({ images: colour, count: 1, shape: { ...grey.shape, channels: 3 } }, grey.shape);
    for (const [index, value] of back.entries()) expect(Math.abs(value - (grey.images[index] ?? 0))).toBeLessThan(4);
  });

  it('resizes every image by itself', async () => {
    const images = Uint8Array.from({ length: 70 * 16 }, (_, index) => Math.floor(index / 16));
    const small = { images, count: 70, shape: { height: 4, width: 4, channels: 1 } };
    const resized = await convertImages(small, { height: 8, width: 8, channels: 1 });
    expect(resized).toEqual(Uint8Array.from({ length: 70 * 64 }, (_, index) => Math.floor(index / 64)));
  });
});

import { describe, expect, it } from 'vitest';
import { measureContrast } from './image-contrast.js';

describe('images without contrast', () => {
  const shape = { height: 2, width: 2, channels: 3 };
  const colours = (...pixels: number[]): number[] => pixels.flatMap((pixel) => [pixel, 7, 255 - pixel]);

  it('are those of one colour, whichever it is', () => {
    const images = Uint8Array.from([...colours(9, 9, 9, 9), ...colours(9, 9, 9, 8), ...colours(0, 0, 0, 0)]);
    expect(measureContrast(images, shape)).toEqual({ count: 3, plain: 2, isAllPlain: false });
  });

  it('may be all there are', () => {
    expect(measureContrast(new Uint8Array(24), shape)).toEqual({ count: 2, plain: 2, isAllPlain: true });
    expect(measureContrast(new Uint8Array(0), shape)).toEqual({ count: 0, plain: 0, isAllPlain: false });
  });
});

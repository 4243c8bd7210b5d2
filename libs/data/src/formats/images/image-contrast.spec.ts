import { describe, expect, it } from 'vitest';
import { ContrastMeter } from './image-contrast.js';

describe('images without contrast', () => {
  const colours = (...pixels: number[]): number[] => pixels.flatMap((pixel) => [pixel, 7, 255 - pixel]);
  const measure = (...parts: number[][]): [number, boolean, boolean] => {
    const meter = new ContrastMeter({ height: 2, width: 2, channels: 3 });
    for (const part of parts) meter.add(Uint8Array.from(part));
    return [meter.plain, meter.isAllPlain, meter.isAllSame];
  };

  it('are those of one colour, whichever it is', () => {
    expect(measure([...colours(9, 9, 9, 9), ...colours(9, 9, 9, 8)], colours(0, 0, 0, 0))).toEqual([2, false, false]);
  });

  it('may be all there are, in different colours or in the same', () => {
    expect(measure(colours(9, 9, 9, 9), colours(8, 8, 8, 8))).toEqual([2, true, false]);
    expect(measure(Array<number>(24).fill(0), Array<number>(12).fill(0))).toEqual([3, true, true]);
    expect(measure(colours(1, 2, 3, 4), colours(1, 2, 3, 4))).toEqual([0, false, true]);
  });

  it('are not there where there are no images, and one is the same as no other', () => {
    expect(measure()).toEqual([0, false, false]);
    expect(measure(colours(9, 9, 9, 9))).toEqual([1, true, false]);
  });
});

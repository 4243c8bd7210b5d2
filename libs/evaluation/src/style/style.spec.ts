import { describe, expect, it } from 'vitest';
import { measureStyle } from './measure-style.js';
import { styleCorrelation } from './style-figures.js';

const SIZE = 48;

/** A stroke through the middle: light where |x - lean * height above the middle| <= width / 2, with soft edges of `softness` pixels. */
function stroke(width: number, lean: number, softness: number, channels = 1): Float32Array {
  return Float32Array.from({ length: SIZE * SIZE * channels }, (_, index) => {
    const pixel = Math.floor(index / channels);
    const [row, column] = [Math.floor(pixel / SIZE), pixel % SIZE];
    if (row < 4 || row >= SIZE - 4) return -1;
    const distance = Math.abs(column - SIZE / 2 - lean * (SIZE / 2 - row));
    return 2 * Math.min(1, Math.max(0, (width / 2 - distance) / softness + 0.5)) - 1;
  });
}

const style = (image: Float32Array) => measureStyle({ image, height: SIZE, width: SIZE });

describe('the style of an image', () => {
  it.each([-0.4, 0, 0.3])('knows the lean %f of a stroke', (lean) => {
    expect(style(stroke(4, lean, 1)).slant).toBeCloseTo(Math.atan(lean), 1);
  });

  it('knows how thick a stroke is, however soft its edges, and in any number of channels', () => {
    for (const width of [2, 4, 8]) {
      const hard = style(stroke(width, 0, 1)).thickness;
      expect(Math.abs(hard - width) / width).toBeLessThan(0.25);
      expect(style(stroke(width, 0, 2)).thickness).toBeCloseTo(hard, 0);
      expect(style(stroke(width, 0, 1, 3)).thickness).toBeCloseTo(hard, 4);
    }
  });

  it('is nothing without ink', () => {
    expect(style(new Float32Array(SIZE * SIZE).fill(-1))).toEqual({ slant: 0, thickness: 0 });
  });
});

describe('the correlation of styles', () => {
  const sources = Int32Array.of(0, 0, 0, 1, 1, 1);

  it('is 1 where redrawings keep the measure, whatever the classes are like, and -1 where they reverse it', () => {
    const original = Float32Array.of(1, 2, 3, 11, 12, 13);
    const kept = Float32Array.from(original).reduce<number[]>((all, value) => [...all, value, 100 + 2 * value], []);
    expect(styleCorrelation({ sources, original, redrawn: Float32Array.from(kept) }, 2)).toBeCloseTo(1, 6);
    expect(styleCorrelation({ sources, original, redrawn: Float32Array.from(kept, (value) => -value) }, 2)).toBeCloseTo(-1, 6);
  });

  it('is 0 where all redrawings are alike: between classes nothing is compared', () => {
    const original = Float32Array.of(1, 2, 3, 11, 12, 13);
    expect(styleCorrelation({ sources, original, redrawn: new Float32Array(12).fill(5) }, 2)).toBe(0);
  });
});

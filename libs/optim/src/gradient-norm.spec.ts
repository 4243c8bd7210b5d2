import { describe, expect, it } from 'vitest';
import { clipScale, firstNotFinite, fixedTreeTotal, squaresOfTiles } from './gradient-norm.js';

describe('the norm of a gradient', () => {
  const values = Float32Array.from({ length: 1003 }, (_, index) => Math.sin(index) / 3);

  it('is the sum of squares, tile by tile', () => {
    const squares = squaresOfTiles(values, 256, 0.5);
    expect(squares).toHaveLength(4);
    const expected = values.reduce((sum, value) => sum + (value * 0.5) ** 2, 0);
    expect(fixedTreeTotal(squares)).toBeCloseTo(expected, 10);
  });

  it('does not depend on where the vector was cut, as long as it is between tiles', () => {
    const pieces = [values.subarray(0, 512), values.subarray(512, 768), values.subarray(768)];
    const squares = Float64Array.from(pieces.flatMap((piece) => [...squaresOfTiles(piece, 256, 1)]));
    expect(squares).toEqual(squaresOfTiles(values, 256, 1));
  });

  it('of nothing is 0', () => {
    expect(fixedTreeTotal(new Float64Array(0))).toBe(0);
  });

  it('clips as torch.nn.utils.clip_grad_norm_ does', () => {
    // torch 2.15: [3, 4, 12, 0] has norm 13 and becomes this under a maximum of 5.
    const scale = clipScale(Math.sqrt(fixedTreeTotal(squaresOfTiles(Float32Array.of(3, 4, 12, 0), 2, 1))), 5);
    const clipped = [3, 4, 12, 0].map((value) => Math.fround(value * scale));
    expect(clipped).toEqual([1.153846025466919, 1.538461446762085, 4.615384101867676, 0]);
    expect(clipScale(4, 5)).toBe(1);
  });
});

describe('a value that is not finite', () => {
  it.each([NaN, Infinity, -Infinity])('%s is found', (value) => {
    const values = new Float32Array(100).fill(3e38);
    expect(firstNotFinite(values)).toBe(-1);
    values[77] = value;
    expect(firstNotFinite(values)).toBe(77);
  });
});

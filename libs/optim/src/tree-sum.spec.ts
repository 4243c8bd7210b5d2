import { describe, expect, it } from 'vitest';
import { flushSubnormal } from './flush-subnormal.js';
import { addInto, combineStatistics, combineSummaries, sumInto, sumTree } from './tree-sum.js';

/** target = left + right in plain TypeScript: what the WebAssembly kernel must equal to the bit. */
function sumReference(target: Float32Array, left: Float32Array, right: Float32Array): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = flushSubnormal(Math.fround((left[index] as number) + (right[index] as number)));
  }
}

describe('sums', () => {
  it('round every addition to float32', () => {
    const target = new Float32Array(2);
    sumInto(target, Float32Array.of(1, 16_777_216), Float32Array.of(2, 1));
    expect(target).toEqual(Float32Array.of(3, 16_777_216));
  });

  it('flush subnormal sums and negative zeros to +0', () => {
    const target = Float32Array.of(1.5e-38, -1.5e-38, -0, 1e-39, NaN);
    addInto(target, Float32Array.of(-1.4e-38, 1.4e-38, -0, 1e-39, 1));
    expect(target).toEqual(Float32Array.of(0, 0, 0, 0, NaN));
  });

  it('refuse vectors of different lengths', () => {
    expect(() => addInto(new Float32Array(3), new Float32Array(2))).toThrow('expected two vectors of 3 elements, found 3 and 2');
  });

  it('go along the fixed tree: ((a + b) + (c + d))', () => {
    const [a, b, c, d] = [16_777_216, 1, 1, 1];
    expect(sumTree([a, b, c, d].map((value) => Float32Array.of(value)))).toEqual(Float32Array.of(16_777_218));
    expect(() => sumTree([1, 2, 3].map((value) => Float32Array.of(value)))).toThrow('expected 1, 2, 4, 8 ... vectors to add up, found 3');
  });
});

describe('the WebAssembly kernel of sums', () => {
  it.each([0, 1, 7, 32_768, 100_003])('has the bits of the reference for %i elements of every size', (length) => {
    const numbers = (seed: number): Float32Array => Float32Array.from({ length }, (_, index) => {
      const state = Math.imul(seed + index, 0x9e3779b1) >>> 0;
      const special = [0, -0, 1e-39, -1e-39, NaN, Infinity, -Infinity][state % 97];
      return special ?? ((state % 2) - 0.5) * 10 ** ((state % 83) - 45) * (1 + (state % 1000) / 1000);
    });
    const [left, right] = [numbers(1), numbers(2)];
    const [found, expected] = [new Float32Array(length), new Float32Array(length)];
    sumInto(found, left, right);
    sumReference(expected, left, right);
    expect(Buffer.from(found.buffer).equals(Buffer.from(expected.buffer))).toBe(true);
  });

  it.each([1, 7, 32_768, 100_003])('says of %i elements whether one is not finite, wherever it is', (length) => {
    const right = new Float32Array(length).fill(3e38);
    expect(sumInto(new Float32Array(length), new Float32Array(length).fill(1e-39), right)).toBe(true);
    for (const [value, index] of [[NaN, 0], [-Infinity, length - 1], [3e38, Math.floor(length / 2)]] as const) {
      const left = new Float32Array(length);
      left[index] = value;
      expect(sumInto(new Float32Array(length), left, right)).toBe(false);
    }
  });
});

describe('statistics', () => {
  const segments = [{ offset: 0, channels: 2 }];

  it('of two halves are those of the whole', () => {
    const halves = [[1, 4, 2, 8], [3, 5, 7, 1]];
    const moments = (values: readonly number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
    };
    const layout = (values: readonly number[]) => {
      const { mean, variance } = moments(values);
      return Float32Array.of(mean, 0, variance, 1);
    };
    const target = layout(halves[0] ?? []);
    combineStatistics(target, layout(halves[1] ?? []), segments);
    const { mean, variance } = moments(halves.flat());
    expect(target[0]).toBeCloseTo(mean, 6);
    expect(target[2]).toBeCloseTo(variance, 5);
    expect([target[1], target[3]]).toEqual([0, 1]);
  });

  it('and losses form a summary: statistics combined, losses added', () => {
    const parts = { statistics: [{ offset: 0, channels: 1 }], statisticsLength: 2 };
    const leaves = [[1, 0, 0.5], [3, 0, 0.25], [5, 2, 1], [7, 2, 2]].map((values) => Float32Array.from(values));
    // Means 2 and 6, variances 1 and 3, then mean 4 and variance 2 + 4.
    expect(combineSummaries(leaves, parts)).toEqual(Float32Array.of(4, 6, 3.75));
  });
});

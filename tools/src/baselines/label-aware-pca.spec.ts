import { describe, expect, it } from 'vitest';
import { LabelAwarePca, type LabelledVectors } from './label-aware-pca.js';

/** Two classes far apart; within each, examples spread by 3 along (1, 1, 0) / sqrt(2) and by 1 along (0, 0, 1). */
function twoClasses(): LabelledVectors {
  const rows: number[][] = [];
  for (const label of [0, 1]) {
    for (const [along, across] of [[3, 0], [-3, 0], [0, 1], [0, -1]] as const) {
      rows.push([label * 50 + along / Math.SQRT2, label * -20 + along / Math.SQRT2, across]);
    }
  }
  return { values: Float32Array.from(rows.flat()), labels: Int32Array.from([0, 0, 0, 0, 1, 1, 1, 1]), size: 3 };
}

describe('LabelAwarePca', () => {
  it('codes what is left of an example without the mean of its class, greatest spread first', () => {
    const data = twoClasses();
    const pca = LabelAwarePca.fit(data, 2, 3);
    const { values, size } = pca.encode(data, 1);
    expect(size).toBe(1);
    expect(Array.from(values, Math.abs).map((value) => Number(value.toFixed(4)))).toEqual([3, 3, 0, 0, 3, 3, 0, 0]);
    // Both classes have the same codes: the label is in the mean alone.
    expect(Array.from(values.subarray(0, 4), (value) => value.toFixed(4)).sort()).toEqual(
      Array.from(values.subarray(4), (value) => value.toFixed(4)).sort(),
    );
  });

  it('rebuilds an example up to what its components leave out', () => {
    const data = twoClasses();
    const pca = LabelAwarePca.fit(data, 2, 3);
    // One component leaves 1 of variance in 4 of the 24 values.
    expect(pca.error(data, 1)).toBeCloseTo(4 / 24, 6);
    expect(pca.error(data, 2)).toBeCloseTo(0, 6);
  });
});

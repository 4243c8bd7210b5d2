import { describe, expect, it } from 'vitest';
import { confidenceInterval } from './adaptation-figures.js';
import { areaUnderCurve } from './area-under-curve.js';
import { areaInterval, shareInterval } from './intervals.js';

describe('shareInterval', () => {
  it.each([
    [0.5, 10, 0.2366, 0.7634],
    [1, 1, 0.2065, 1],
    [0, 20, 0, 0.1611],
    [0.12, 10_000, 0.1138, 0.1265],
  ])('of %f of %i examples', (share, examples, low, high) => {
    expect(shareInterval(share, examples)).toEqual([expect.closeTo(low, 4), expect.closeTo(high, 4)]);
  });

  it('is everything where there is nothing to go by', () => {
    expect(shareInterval(0.5, 0)).toEqual([0, 1]);
    expect(shareInterval(Number.NaN, 5)).toEqual([0, 1]);
  });
});

describe('areaInterval', () => {
  it('is about as wide as the bootstrap finds it', () => {
    const labels = Array.from({ length: 400 }, (_, index) => index % 2);
    const scores = labels.map((label, index) => label * 0.3 + ((index * 37) % 400) / 400);
    const [low, high] = areaInterval(areaUnderCurve({ labels, scores }) ?? 0, 200, 200);
    const [lowest = 0, highest = 0] = confidenceInterval([{ labels, scores }], areaUnderCurve) ?? [];
    expect(low).toBeCloseTo(lowest, 1);
    expect(high).toBeCloseTo(highest, 1);
  });

  it('is wide for a few examples, though all are in order, and stays within 0 and 1', () => {
    const [low, high] = areaInterval(1, 1, 1);
    expect(low).toBeLessThan(0.5);
    expect(high).toBe(1);
    expect(areaInterval(0, 5, 5)[0]).toBe(0);
    expect(areaInterval(0.95, 3, 3)[1]).toBeLessThanOrEqual(1);
  });
});

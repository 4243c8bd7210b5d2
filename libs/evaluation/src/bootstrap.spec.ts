import { describe, expect, it } from 'vitest';
import { bootstrapIntervals } from './bootstrap.js';
import { NORMAL_95 } from './intervals.js';

describe('the bootstrap', () => {
  const values = Float64Array.from({ length: 2000 }, (_, index) => Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1);
  const meanOf = (counts: Uint16Array): number =>
    counts.reduce((sum, count, index) => sum + count * (values[index] ?? 0), 0) / values.length;

  it('finds the standard error of a mean', async () => {
    const { mean } = await bootstrapIntervals(values.length, 1, (counts) => ({ mean: meanOf(counts) }));
    const all = meanOf(new Uint16Array(values.length).fill(1));
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - all) ** 2, 0) / values.length);
    const [low = 0, high = 0] = mean ?? [];
    const expected = (NORMAL_95 * deviation) / Math.sqrt(values.length);
    expect(Math.abs((high - low) / 2 / expected - 1)).toBeLessThan(0.1);
    expect(Math.abs((high + low) / 2 - all)).toBeLessThan(0.1 * expected);
  });

  it('draws as many examples as there are, the same ones from the same seed, and others from another', async () => {
    const drawn = (seed: number) => bootstrapIntervals(values.length, seed, (counts) => ({
      mean: meanOf(counts), size: counts.reduce((sum, count) => sum + count, 0),
    }));
    const [first, again, other] = [await drawn(1), await drawn(1), await drawn(2)];
    expect(first.size).toEqual([2000, 2000]);
    expect(again).toEqual(first);
    expect(other.mean).not.toEqual(first.mean);
  });

  it('leaves out the resamples in which a figure is not defined', async () => {
    const { shareOfFirst, never } = await bootstrapIntervals(3, 1, ([first = 0]) => ({
      shareOfFirst: first === 0 ? null : first / 3, never: null,
    }));
    expect(shareOfFirst).toEqual([1 / 3, 1]);
    expect(never).toBeNull();
  });
});

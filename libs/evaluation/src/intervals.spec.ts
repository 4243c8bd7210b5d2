import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { confidenceInterval } from './adaptation-figures.js';
import { areaUnderCurve } from './area-under-curve.js';
import { areaInterval, meanShareInterval, shareInterval, type FoundShare } from './intervals.js';

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

describe('meanShareInterval', () => {
  it('is that of a single share, and as wide as the examples of a rare value make it', () => {
    expect(meanShareInterval([{ share: 0.12, examples: 10_000 }])).toEqual(shareInterval(0.12, 10_000));
    // The mean of 0.9 of 20 and 0.5 of 9,980 leaves more open than 0.7 of 10,000 would: half of what the 20 do.
    const [rareLow, rareHigh] = shareInterval(0.9, 20);
    const [low, high] = meanShareInterval([{ share: 0.9, examples: 20 }, { share: 0.5, examples: 9980 }]);
    expect([0.7 - low, high - 0.7]).toEqual([expect.closeTo((0.9 - rareLow) / 2, 3), expect.closeTo((rareHigh - 0.9) / 2, 3)]);
    expect(high - low).toBeGreaterThan(6 * (shareInterval(0.7, 10_000)[1] - shareInterval(0.7, 10_000)[0]));
  });

  it('covers as much as it says of means of rare and frequent values', () => {
    const truths = [{ share: 0.85, examples: 25 }, { share: 0.6, examples: 600 }, { share: 0.95, examples: 60 }];
    const mean = truths.reduce((sum, { share }) => sum + share / truths.length, 0);
    const generator = xoroshiro128plus(1);
    const draw = ({ share, examples }: FoundShare): FoundShare => {
      let right = 0;
      for (let example = 0; example < examples; example += 1) right += Number(uniformInt(generator, 0, 999_999) < share * 1e6);
      return { share: right / examples, examples };
    };
    const covered = Array.from({ length: 2000 }, () => meanShareInterval(truths.map(draw))).filter(([low, high]) => (
      low <= mean && mean <= high
    ));
    expect(covered.length / 2000).toBeGreaterThan(0.935);
    expect(covered.length / 2000).toBeLessThan(0.975);
  });

  it('is everything where there is nothing to go by', () => { expect(meanShareInterval([])).toEqual([0, 1]); });
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

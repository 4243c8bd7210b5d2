import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Interval } from './intervals.js';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** Resamples from which an interval is read. */
export const RESAMPLES = 1000;
const COVERAGE = 0.95;

/**
 * Intervals of 95 % of figures of the same examples, by the percentile bootstrap: 1,000 times as many examples are drawn with replacement
 * as there are, the same ones for all figures. A resample in which a figure is not defined does not count for it; null where no resample
 * defines it. A pure function of its arguments.
 *
 * @param count examples
 * @param figuresOf the figures of a resample, from how often it has each example: uint16 [count], which is filled anew for each resample
 * @see Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13
 */
export async function bootstrapIntervals<Figure extends string>(
  count: number,
  seed: number,
  figuresOf: (counts: Uint16Array) => Readonly<Record<Figure, number | null>>,
): Promise<Record<Figure, Interval | null>> {
  const generator = xoroshiro128plus(seed);
  const counts = new Uint16Array(count);
  const found: Readonly<Record<Figure, number | null>>[] = [];
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    counts.fill(0);
    for (let draw = 0; draw < count; draw += 1) {
      const example = uniformInt(generator, 0, count - 1);
      counts[example] = (counts[example] as number) + 1;
    }
    found.push(figuresOf(counts));
    await yieldToEventLoop();
  }
  const figures = Object.keys(found[0] ?? {}) as Figure[];
  const intervals = figures.map((figure) => [figure, percentileInterval(found.map((values) => values[figure] ?? Number.NaN))] as const);
  return Object.fromEntries(intervals) as Record<Figure, Interval | null>;
}

/** Between which values 95 % of these lie, but for those that are not numbers; null if none is one. */
export function percentileInterval(values: readonly number[]): Interval | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (share: number): number | undefined => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = [at((1 - COVERAGE) / 2), at((1 + COVERAGE) / 2)];
  return low === undefined || high === undefined ? null : [low, high];
}

import type { Interval } from '@lethe/evaluation';
import type { Trial } from '../trial.js';
import { intervalOf } from '../../evaluation/evaluation-figures.js';

/** A figure of runs that differ in their seed alone. */
export interface SpreadOverSeeds {
  /** Seeds of the runs that have the figure, and what it is in each; NaN where it was not finite. */
  readonly seeds: readonly number[];
  readonly values: readonly number[];
  readonly mean: number;
  /** Sample standard deviation over the seeds; null for one. */
  readonly deviation: number | null;
}

/** What `seeds.json` holds for each figure. */
export interface SeedStatistic extends SpreadOverSeeds {
  readonly figure: string;
  /** 95 % of what other test examples could have given, the mean of the runs' own: they share their test examples. Null: not known. */
  readonly interval: Interval | null;
}

/**
 * Mean and deviation of a figure.
 * @param values one for each seed
 */
export function spreadOverSeeds(seeds: readonly number[], values: readonly number[]): SpreadOverSeeds {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { seeds, values, mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null };
}

/**
 * Mean and deviation of every figure that a completed run has. Runs that ended otherwise have no final figures.
 * @param names in the order of the statistics
 */
export function seedStatistics(trials: readonly Trial[], names: readonly string[]): SeedStatistic[] {
  return names.flatMap((figure): SeedStatistic[] => {
    const measured = trials.filter(({ state, figures }) => state === 'completed' && figures[figure] !== undefined);
    if (measured.length === 0) return [];
    const spread = spreadOverSeeds(measured.map(seedOf), measured.map(({ figures }) => figures[figure] ?? Number.NaN));
    return [{ figure, ...spread, interval: meanInterval(measured.map(({ figures }) => intervalOf(figures, figure))) }];
  });
}

function meanInterval(intervals: readonly (Interval | null)[]): Interval | null {
  const known = intervals.filter((interval) => interval !== null);
  if (known.length === 0 || known.length < intervals.length) return null;
  const mean = (end: 0 | 1): number => known.reduce((sum, interval) => sum + interval[end] / known.length, 0);
  return [mean(0), mean(1)];
}

/** The seed of a run. */
export function seedOf({ values }: Trial): number {
  return Number(values['seed']);
}

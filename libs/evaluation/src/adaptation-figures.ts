import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ScoredExamples } from './area-under-curve.js';
import { percentileInterval, RESAMPLES } from './bootstrap.js';
import type { Interval } from './intervals.js';

/** Examples [actual class][predicted class]. One for which nothing was predicted (-1) is not counted. */
export function confusionMatrix(labels: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let example = 0; example < labels.length; example += 1) {
    const row = matrix[labels[example] ?? 0];
    const column = predicted[example] ?? 0;
    if (row?.[column] !== undefined) row[column] += 1;
  }
  return matrix;
}

/**
 * A confidence interval of 95 % of the mean over several runs of a figure of their test examples: the percentile bootstrap,
 * which draws every run's examples anew. Null where the figure is not defined.
 *
 * @see Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13
 */
export function confidenceInterval(
  runs: readonly ScoredExamples[],
  figure: (examples: ScoredExamples) => number | null,
): Interval | null {
  if (runs.length === 0 || runs.some((run) => figure(run) === null)) return null;
  const generator = xoroshiro128plus(1);
  const means = Array.from({ length: RESAMPLES }, () => {
    const values = runs.flatMap(({ labels, scores }) => {
      const drawn = Array.from(labels, () => uniformInt(generator, 0, labels.length - 1));
      // A draw without one of the classes has no figure.
      return figure({ labels: drawn.map((index) => labels[index] ?? 0), scores: drawn.map((index) => scores[index] ?? 0) }) ?? [];
    });
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  return percentileInterval(means);
}

import { likeliestClass } from './figures.js';

/** What a head predicts for test examples, each of a known class and a known group. */
export interface GroupedPredictions {
  /** Class and group of each example. */
  readonly labels: ArrayLike<number>;
  readonly groups: ArrayLike<number>;
  /** Float32 [examples, classes] in the order of the labels. */
  readonly logProbabilities: Float32Array;
  readonly classes: number;
  readonly groupCount: number;
}

/** Bins of the predicted probability by which calibration is measured. */
const BINS = 10;

/**
 * The figures by group of a head's predictions. Each takes how often every example counts, as the bootstrap draws them; what a figure needs
 * of an example is found once, not for every draw.
 */
export class GroupFigures {
  readonly #examples: Pick<GroupedPredictions, 'labels' | 'groups' | 'classes' | 'groupCount'>;
  /** Most probable class of each example; -1: no probability is a number. */
  readonly #predicted: Int32Array;
  /** Probabilities [examples, classes]. */
  readonly #probabilities: Float32Array;

  constructor({ labels, groups, logProbabilities, classes, groupCount }: GroupedPredictions) {
    this.#examples = { labels, groups, classes, groupCount };
    this.#probabilities = logProbabilities.map(Math.exp);
    this.#predicted = Int32Array.from({ length: labels.length }, (_, example) => (
      likeliestClass(logProbabilities.subarray(example * classes, (example + 1) * classes))
    ));
  }

  /** Share of the examples whose class is the most probable one. */
  accuracy(counts: Uint16Array): number {
    const { labels } = this.#examples;
    let [right, all] = [0, 0];
    for (let example = 0; example < counts.length; example += 1) {
      const count = counts[example] as number;
      all += count;
      if (this.#predicted[example] === labels[example]) right += count;
    }
    return right / all;
  }

  /**
   * Demographic parity difference: the largest gap between two groups in the share of their examples that is taken for a class, over all
   * classes. Null where fewer than two groups have examples.
   *
   * @see Dwork et al., Fairness through Awareness (2012)
   */
  demographicParity(counts: Uint16Array): number | null {
    const { groups, classes, groupCount } = this.#examples;
    const taken = new Float64Array(classes * groupCount);
    const all = new Float64Array(groupCount);
    for (let example = 0; example < counts.length; example += 1) {
      const count = counts[example] as number;
      const group = groups[example] as number;
      const predicted = this.#predicted[example] as number;
      all[group] = (all[group] as number) + count;
      if (predicted >= 0) taken[predicted * groupCount + group] = (taken[predicted * groupCount + group] as number) + count;
    }
    return largestGap(taken, (_, group) => all[group] as number, { rows: classes, groupCount });
  }

  /**
   * Equalised-odds difference: the largest gap between two groups in the true or the false positive rate of a class, each class against
   * all others. Null where no rate is defined for two groups.
   *
   * @see Hardt, Price and Srebro, Equality of Opportunity in Supervised Learning (2016)
   */
  equalisedOdds(counts: Uint16Array): number | null {
    const { labels, groups, classes, groupCount } = this.#examples;
    // Rows: each class among its own examples, then each class among all others.
    const [taken, all] = [new Float64Array(2 * classes * groupCount), new Float64Array(2 * classes * groupCount)];
    for (let example = 0; example < counts.length; example += 1) {
      const count = counts[example] as number;
      if (count === 0) continue;
      const [label, group] = [labels[example] as number, groups[example] as number];
      const predicted = this.#predicted[example] as number;
      for (let positive = 0; positive < classes; positive += 1) {
        const cell = (positive === label ? positive : classes + positive) * groupCount + group;
        all[cell] = (all[cell] as number) + count;
        if (predicted === positive) taken[cell] = (taken[cell] as number) + count;
      }
    }
    return largestGap(taken, (row, group) => all[row * groupCount + group] as number, { rows: 2 * classes, groupCount });
  }

  /**
   * Expected calibration error of one group: the mean distance between the predicted probability of a class and the share of examples that
   * are of it, in ten bins of that probability, over all classes. Null without examples of the group.
   *
   * @see Kull et al., Beyond Temperature Scaling (2019): the class-wise error
   */
  calibrationError(counts: Uint16Array, group: number): number | null {
    const { labels, groups, classes } = this.#examples;
    const [expected, found] = [new Float64Array(classes * BINS), new Float64Array(classes * BINS)];
    let examples = 0;
    for (let example = 0; example < counts.length; example += 1) {
      const count = counts[example] as number;
      if (count === 0 || groups[example] !== group) continue;
      examples += count;
      for (let label = 0; label < classes; label += 1) {
        const probability = this.#probabilities[example * classes + label] as number;
        // What is not a number makes the first bin's sum one that is not either.
        const bin = label * BINS + (Math.min(BINS - 1, Math.floor(probability * BINS)) || 0);
        expected[bin] = (expected[bin] as number) + count * probability;
        if (labels[example] === label) found[bin] = (found[bin] as number) + count;
      }
    }
    if (examples === 0) return null;
    return expected.reduce((sum, probability, bin) => sum + Math.abs(probability - (found[bin] as number)), 0) / (classes * examples);
  }
}

/** The largest difference, within a row, of two groups' shares; a group without examples has none. Null where no row has two. */
function largestGap(
  taken: Float64Array, of: (row: number, group: number) => number, { rows, groupCount }: { rows: number; groupCount: number },
): number | null {
  let largest: number | null = null;
  for (let row = 0; row < rows; row += 1) {
    let [least, most, seen] = [Infinity, -Infinity, 0];
    for (let group = 0; group < groupCount; group += 1) {
      const examples = of(row, group);
      if (examples === 0) continue;
      const share = (taken[row * groupCount + group] as number) / examples;
      [least, most, seen] = [Math.min(least, share), Math.max(most, share), seen + 1];
    }
    if (seen >= 2) largest = Math.max(largest ?? 0, most - least);
  }
  return largest;
}

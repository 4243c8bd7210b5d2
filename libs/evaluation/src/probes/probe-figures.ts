import { MeanAreaUnderCurves } from '../area-under-curve.js';
import { bootstrapIntervals } from '../bootstrap.js';
import { likeliestClass } from '../figures.js';

/** How well a probe reads an attribute, over the test vectors (for neighbours, where these are long, over the first of them). */
export interface ProbeFigures {
  readonly accuracy: number;
  /** Mean over the classes of the share of their examples that is read right. */
  readonly balanced_accuracy: number;
  /** Mean of -ln p(label), in nats. */
  readonly cross_entropy: number;
  /**
   * ln K - cross-entropy, in nats: with classes of equal size, a lower bound of what the vectors tell about the label. Negative
   * where the probe predicts worse than one that always says 1 / K.
   */
  readonly information: number;
  /**
   * Mean over the classes of the area under the curve by which the probability of the class tells its examples from the others: 0.5 where
   * it tells nothing, whatever the classes' shares and wherever the probe draws its line. Null where it is not defined.
   */
  readonly auroc: number | null;
  /** Number of test vectors that these are figures of. */
  readonly scored: number;
}

/** The same with what earlier versions did not say. */
export interface FullProbeFigures extends ProbeFigures {
  /** Ends of the intervals of 95 %, by the bootstrap of the test examples; an area's are null where it is not defined. */
  readonly accuracy_low: number;
  readonly accuracy_high: number;
  readonly balanced_accuracy_low: number;
  readonly balanced_accuracy_high: number;
  readonly auroc_low: number | null;
  readonly auroc_high: number | null;
  /**
   * For a number that is read as parts: share of the variance of its values that the expected mean of the parts explains. Below 0 where
   * the mean of all would be nearer. Null for categories, and where all values are the same.
   */
  readonly r_squared: number | null;
}

/** A number that is read as parts: the mean of each part, and the values of the test vectors. */
export interface NumberInParts {
  readonly means: readonly number[];
  readonly values: Float64Array;
}

/** The same resamples for every probe of as many test vectors. */
const RESAMPLING_SEED = 1;

/**
 * @param logProbabilities float32 [examples, classes] in the order of the labels
 * @param number null: the classes are no parts of a number
 */
export async function probeFigures(
  logProbabilities: Float32Array,
  labels: Int32Array,
  { classes, number }: { readonly classes: number; readonly number: NumberInParts | null },
): Promise<FullProbeFigures> {
  let crossEntropy = 0;
  for (const [example, label] of labels.entries())
    crossEntropy -= (logProbabilities[example * classes + label] ?? Number.NaN) / labels.length;
  const figuresOf = resampledFigures(logProbabilities, labels, classes);
  const ends = await bootstrapIntervals(labels.length, RESAMPLING_SEED, figuresOf);
  const [[accuracy_low, accuracy_high], [balanced_accuracy_low, balanced_accuracy_high]] = [
    ends.accuracy ?? UNDEFINED, ends.balanced_accuracy ?? UNDEFINED,
  ];
  return {
    ...figuresOf(new Uint16Array(labels.length).fill(1)),
    cross_entropy: crossEntropy,
    information: Math.log(classes) - crossEntropy,
    scored: labels.length,
    accuracy_low, accuracy_high, balanced_accuracy_low, balanced_accuracy_high,
    auroc_low: ends.auroc?.[0] ?? null,
    auroc_high: ends.auroc?.[1] ?? null,
    r_squared: number === null ? null : explainedVariance(logProbabilities, number, labels.length),
  };
}

const UNDEFINED = [Number.NaN, Number.NaN] as const;

/** Those figures that have an interval, of a sample that has each example so often. */
function resampledFigures(
  logProbabilities: Float32Array,
  labels: Int32Array,
  classes: number,
): (counts: Uint16Array) => Pick<ProbeFigures, 'accuracy' | 'balanced_accuracy' | 'auroc'> {
  const isRight = Uint8Array.from(labels, (label, example) =>
    Number(likeliestClass(logProbabilities.subarray(example * classes, (example + 1) * classes)) === label),
  );
  const areas = new MeanAreaUnderCurves(logProbabilities, labels, classes);
  return (counts) => {
    const right = new Float64Array(classes);
    const seen = new Float64Array(classes);
    for (let example = 0; example < counts.length; example += 1) {
      const [label, count] = [labels[example] as number, counts[example] as number];
      seen[label] = (seen[label] as number) + count;
      right[label] = (right[label] as number) + count * (isRight[example] as number);
    }
    const recalls = [...seen.keys()].filter((label) => (seen[label] ?? 0) > 0).map((label) => (right[label] ?? 0) / (seen[label] ?? 1));
    return {
      accuracy: right.reduce((sum, count) => sum + count, 0) / labels.length,
      balanced_accuracy: recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
      auroc: areas.of(counts),
    };
  };
}

function explainedVariance(logProbabilities: Float32Array, { means, values }: NumberInParts, examples: number): number | null {
  const mean = values.subarray(0, examples).reduce((sum, value) => sum + value / examples, 0);
  let [missed, all] = [0, 0];
  for (let example = 0; example < examples; example += 1) {
    const value = values[example] as number;
    const expected = means.reduce((sum, of, part) => sum + of * Math.exp(logProbabilities[example * means.length + part] as number), 0);
    missed += (value - expected) ** 2;
    all += (value - mean) ** 2;
  }
  return all === 0 ? null : 1 - missed / all;
}

/** Stand for what is not defined: what is not finite in a result counts as an error of the worker. No area is -1, and no R2 is above 1. */
const NO_AREA = -1;
const NO_R_SQUARED = 2;

/** The figures as a message carries them, float32 [PROBE_FIGURES]. */
export function probeVector(figures: FullProbeFigures): Float32Array {
  return Float32Array.of(
    figures.accuracy, figures.balanced_accuracy, figures.cross_entropy, figures.information, figures.auroc ?? NO_AREA, figures.scored,
    figures.accuracy_low, figures.accuracy_high, figures.balanced_accuracy_low, figures.balanced_accuracy_high,
    figures.auroc_low ?? NO_AREA, figures.auroc_high ?? NO_AREA, figures.r_squared ?? NO_R_SQUARED,
  );
}

/** The inverse of `probeVector`. */
export function probeResult(vector: Float32Array): FullProbeFigures {
  const at = (place: number): number => vector[place] ?? Number.NaN;
  const unless = (nothing: number, value: number): number | null => (value === nothing ? null : value);
  return {
    accuracy: at(0), balanced_accuracy: at(1), cross_entropy: at(2), information: at(3), auroc: unless(NO_AREA, at(4)), scored: at(5),
    accuracy_low: at(6), accuracy_high: at(7), balanced_accuracy_low: at(8), balanced_accuracy_high: at(9),
    auroc_low: unless(NO_AREA, at(10)), auroc_high: unless(NO_AREA, at(11)), r_squared: unless(NO_R_SQUARED, at(12)),
  };
}

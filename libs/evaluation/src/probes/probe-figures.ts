import { meanAreaUnderCurves } from '../area-under-curve.js';
import { likeliestClass } from '../figures.js';

/** How well a probe reads the label, over the test vectors (for neighbours, where these are long, over the first of them). */
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

/** `logProbabilities`: float32 [examples, classes] in the order of the labels. */
export function probeFigures(logProbabilities: Float32Array, labels: Int32Array, classes: number): ProbeFigures {
  const right = new Float64Array(classes);
  const seen = new Float64Array(classes);
  let crossEntropy = 0;
  for (const [example, label] of labels.entries()) {
    const row = logProbabilities.subarray(example * classes, (example + 1) * classes);
    crossEntropy -= (row[label] ?? Number.NaN) / labels.length;
    seen[label] = (seen[label] ?? 0) + 1;
    if (likeliestClass(row) === label) right[label] = (right[label] ?? 0) + 1;
  }
  const recalls = [...seen.keys()].filter((label) => (seen[label] ?? 0) > 0).map((label) => (right[label] ?? 0) / (seen[label] ?? 1));
  return {
    accuracy: right.reduce((sum, count) => sum + count, 0) / labels.length,
    balanced_accuracy: recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length,
    cross_entropy: crossEntropy,
    information: Math.log(classes) - crossEntropy,
    auroc: meanAreaUnderCurves(logProbabilities, labels, classes),
    scored: labels.length,
  };
}

/** Stands for an area that is not defined: what is not finite in a result counts as an error of the worker. */
const NO_AREA = -1;

/** The figures as a message carries them, float32 [PROBE_FIGURES]. */
export function probeVector({ accuracy, balanced_accuracy, cross_entropy, information, auroc, scored }: ProbeFigures): Float32Array {
  return Float32Array.of(accuracy, balanced_accuracy, cross_entropy, information, auroc ?? NO_AREA, scored);
}

/** The inverse of `probeVector`. */
export function probeResult([
  accuracy = Number.NaN,
  balanced_accuracy = Number.NaN,
  cross_entropy = Number.NaN,
  information = Number.NaN,
  area = Number.NaN,
  scored = 0,
]: Float32Array): ProbeFigures {
  return { accuracy, balanced_accuracy, cross_entropy, information, auroc: area === NO_AREA ? null : area, scored };
}

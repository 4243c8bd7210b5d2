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
    scored: labels.length,
  };
}

/** The figures as a message carries them, float32 [5]. */
export function probeVector({ accuracy, balanced_accuracy, cross_entropy, information, scored }: ProbeFigures): Float32Array {
  return Float32Array.of(accuracy, balanced_accuracy, cross_entropy, information, scored);
}

/** The inverse of `probeVector`. */
export function probeResult([
  accuracy = Number.NaN,
  balanced_accuracy = Number.NaN,
  cross_entropy = Number.NaN,
  information = Number.NaN,
  scored = 0,
]: Float32Array): ProbeFigures {
  return { accuracy, balanced_accuracy, cross_entropy, information, scored };
}

import { classWeights, type ProbeData, type ProbeTraining } from '../probes/probe-data.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { binVectors } from './binned-vectors.js';
import { boundedVectors } from './bounded-vectors.js';
import { GradientTree, type ClassScores } from './gradient-tree.js';

const ROUNDS = 300;
const BINS = 255;
const LEARNING_RATE = 0.1;
/** Share of the training vectors that is kept. Each seed leaves other vectors out: without that all seeds would have one result. */
const SHARE = 0.9;

/**
 * Gradient boosting on histograms: in each of 300 rounds every class gets one tree, which steps along the gradient of the softmax
 * cross-entropy. A pure function of its arguments.
 *
 * @returns log-probabilities, float32 [test examples, classes]
 */
export async function boostedTrees({ train: all, test, classes }: ProbeData, { seed, balanced }: ProbeTraining): Promise<Float32Array> {
  const train = boundedVectors(all, SHARE, seed);
  const tree = new GradientTree(binVectors(train, test, BINS));
  const weights = classWeights(train.labels, classes, balanced);
  const scores = frequencies(train.labels, weights).map((frequency): ClassScores => ({
    train: new Float64Array(train.labels.length).fill(frequency),
    test: new Float64Array(test.labels.length).fill(Math.log(frequency)),
  }));
  const gradients = new Float64Array(2 * train.labels.length);
  // Every class moves in a round, so that each need move less (Friedman 2001): two classes learn as one logistic regression does.
  const rate = (LEARNING_RATE * (classes - 1)) / classes;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [label, each] of scores.entries()) {
      fillGradients(gradients, each.train, { labels: train.labels, label, weights });
      tree.addTree(gradients, each, rate);
      await yieldToEventLoop();
    }
    normalise(scores.map((each) => each.train));
  }
  return logProbabilities(scores.map((each) => each.test));
}

/** Weighed frequencies of the classes, with which every example begins; above 0 for a class that no example has. */
function frequencies(labels: Int32Array, weights: Float64Array): number[] {
  const sums = new Float64Array(weights.length).fill(1 / weights.length);
  for (const label of labels) sums[label] = (sums[label] ?? 0) + (weights[label] ?? 0);
  // The classes' weights leave the sum of all examples what their number is.
  return Array.from(sums, (sum) => sum / (labels.length + 1));
}

/** Makes the classes of every example add up to 1: the softmax of their scores. `probabilities`: float64 [classes][examples]. */
function normalise(probabilities: readonly Float64Array[]): void {
  const sums = new Float64Array(probabilities[0]?.length ?? 0);
  for (const each of probabilities) {
    for (let example = 0; example < sums.length; example += 1) sums[example] = (sums[example] as number) + (each[example] as number);
  }
  for (const each of probabilities) {
    for (let example = 0; example < sums.length; example += 1) each[example] = (each[example] as number) / (sums[example] as number);
  }
}

/** Gradient and hessian of the weighed cross-entropy by the score of one class, for each training example. `weights`: of the classes. */
function fillGradients(
  gradients: Float64Array,
  probabilities: Float64Array,
  { labels, label, weights }: { labels: Int32Array; label: number; weights: Float64Array },
): void {
  for (let example = 0; example < probabilities.length; example += 1) {
    const probability = probabilities[example] as number;
    const weight = weights[labels[example] as number] as number;
    gradients[2 * example] = weight * (probability - Number(labels[example] === label));
    gradients[2 * example + 1] = weight * probability * (1 - probability);
  }
}

/** Log-softmax over the classes, float32 [examples, classes]. `scores`: float64 [classes][examples]. */
function logProbabilities(scores: readonly Float64Array[]): Float32Array {
  const [examples, classes] = [scores[0]?.length ?? 0, scores.length];
  const result = new Float32Array(examples * classes);
  for (let example = 0; example < examples; example += 1) {
    const row = scores.map((each) => each[example] as number);
    const most = row.reduce((one, other) => Math.max(one, other));
    const logSum = most + Math.log(row.reduce((sum, score) => sum + Math.exp(score - most), 0));
    for (const [label, score] of row.entries()) result[example * classes + label] = score - logSum;
  }
  return result;
}

import type { ProbeData } from '../probes/probe-data.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';
import { binVectors } from './binned-vectors.js';
import { boundedVectors } from './bounded-vectors.js';
import { GradientTree, type Scores } from './gradient-tree.js';

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
export async function boostedTrees({ train: all, test, classes }: ProbeData, seed: number): Promise<Float32Array> {
  const train = boundedVectors(all, SHARE, seed);
  const tree = new GradientTree(binVectors(train, test, BINS));
  const scores = logFrequencies(train.labels, classes).map((score): Scores => ({
    train: new Float32Array(train.labels.length).fill(score),
    test: new Float32Array(test.labels.length).fill(score),
  }));
  const probabilities = scores.map(() => new Float64Array(train.labels.length));
  // Every class moves in a round, so that each need move less (Friedman 2001): two classes learn as one logistic regression does.
  const rate = (LEARNING_RATE * (classes - 1)) / classes;
  const gradients = new Float64Array(2 * train.labels.length);
  for (let round = 0; round < ROUNDS; round += 1) {
    // All trees of a round follow the gradient at its beginning.
    fillProbabilities(probabilities, scores.map((each) => each.train));
    for (const [label, each] of scores.entries()) {
      fillGradients(gradients, probabilities[label] as Float64Array, train.labels, label);
      tree.addTree(gradients, each, rate);
      await yieldToEventLoop();
    }
  }
  return logProbabilities(scores.map((each) => each.test));
}

/** Logarithms of the classes' frequencies, with which every example begins; finite for a class that no example has. */
function logFrequencies(labels: Int32Array, classes: number): number[] {
  const counts = new Float64Array(classes).fill(1 / classes);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return Array.from(counts, (count) => Math.log(count / (labels.length + 1)));
}

/** Softmax over the classes, float64 [classes][examples]. `scores`: float32 [classes][examples]. */
function fillProbabilities(probabilities: readonly Float64Array[], scores: readonly Float32Array[]): void {
  const most = Float64Array.from(scores[0] ?? []);
  for (const each of scores) {
    for (let example = 0; example < most.length; example += 1) most[example] = Math.max(most[example] as number, each[example] as number);
  }
  const sums = new Float64Array(most.length);
  for (const [label, each] of scores.entries()) {
    const exponentials = probabilities[label] as Float64Array;
    for (let example = 0; example < most.length; example += 1) {
      const exponential = Math.exp((each[example] as number) - (most[example] as number));
      exponentials[example] = exponential;
      sums[example] = (sums[example] as number) + exponential;
    }
  }
  for (const each of probabilities) {
    for (let example = 0; example < most.length; example += 1) each[example] = (each[example] as number) / (sums[example] as number);
  }
}

/** Gradient and hessian of the cross-entropy by the score of one class, for each training example. */
function fillGradients(gradients: Float64Array, probabilities: Float64Array, labels: Int32Array, label: number): void {
  for (let example = 0; example < probabilities.length; example += 1) {
    const probability = probabilities[example] as number;
    gradients[2 * example] = probability - Number(labels[example] === label);
    gradients[2 * example + 1] = probability * (1 - probability);
  }
}

/** Log-softmax over the classes, float32 [examples, classes]. `scores`: float32 [classes][examples]. */
function logProbabilities(scores: readonly Float32Array[]): Float32Array {
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

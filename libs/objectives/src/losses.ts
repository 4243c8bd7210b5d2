import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { Batch } from './objective.js';

/** Log-probabilities [examples, classes] of a classifier, and one-hot labels [examples, classes]. */
export interface Classified {
  readonly operations: Operations;
  readonly logProbabilities: Tensor;
  readonly labels: Tensor;
}

/** -log p(label) of each example, [examples]; 0 for an example without a label. */
export function negativeLogLikelihood({ operations, logProbabilities, labels }: Classified): Tensor {
  return operations.neg(operations.sum(operations.mul(logProbabilities, labels), [1]));
}

/** 1 for each example whose likeliest class is its label, else 0: [examples]. */
export function isCorrect({ operations, logProbabilities, labels }: Classified): Tensor {
  return operations.equal(operations.argMax(logProbabilities), operations.argMax(labels));
}

/** Mean squared error of images in [-1, 1], over everything or over the given axes. */
export function squaredError(operations: Operations, reconstruction: Tensor, { images }: Batch, axes?: readonly number[]): Tensor {
  return operations.mean(operations.square(operations.sub(reconstruction, images)), axes);
}

/** Mean over the examples of their values [examples], each by how much it counts; 0 if none does. @param counted null: all alike */
export function countedMean({ operations, counted }: { operations: Operations; counted: Tensor | null }, values: Tensor): Tensor {
  if (counted === null) return operations.mean(values);
  return operations.div(operations.sum(operations.mul(values, counted)), operations.clip(operations.sum(counted), LEAST_COUNTED, LARGE));
}

/** Where nothing counts, nothing is divided by 0. */
const LEAST_COUNTED = 1e-6;

/** Bounds nothing in practice; a graph takes no infinite constant. */
const LARGE = 1e30;

/** Mean of several tensors of one shape. */
export function meanOf(operations: Operations, tensors: readonly Tensor[]): Tensor {
  const [first, ...rest] = tensors;
  if (first === undefined) throw new TypeError('there is at least one');
  return rest.length === 0 ? first : operations.scale(rest.reduce((sum, tensor) => operations.add(sum, tensor), first), 1 / tensors.length);
}

/** Sum of several tensors of one shape. */
export function sumOf(operations: Operations, tensors: readonly Tensor[]): Tensor {
  return operations.scale(meanOf(operations, tensors), tensors.length);
}

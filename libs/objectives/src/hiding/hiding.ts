import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';

/** What the adversary says of a batch. */
export interface AdversaryVerdict {
  readonly operations: Operations;
  /** [examples, classes]. */
  readonly logProbabilities: Tensor;
  /** One-hot [examples, classes]. */
  readonly labels: Tensor;
}

/** What the encoder minimises to hide the label: one scalar for the batch. */
export type Hiding = (verdict: AdversaryVerdict) => Tensor;

/** -log p(label) of each example, [examples]. */
export function likelihoods({ operations, logProbabilities, labels }: AdversaryVerdict): Tensor {
  return operations.neg(operations.sum(operations.mul(logProbabilities, labels), [1]));
}

/** Classes that the adversary tells apart. */
export function classesOf({ logProbabilities }: AdversaryVerdict): number {
  return logProbabilities.shape[1] ?? 1;
}

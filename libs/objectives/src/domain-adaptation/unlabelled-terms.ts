import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { countedMean, negativeLogLikelihood } from '../losses.js';

/** Predicted labels of a batch, and which examples count. */
export interface Predictions {
  readonly operations: Operations;
  /** [examples, classes]. */
  readonly logProbabilities: Tensor;
  /** 1 for each example that counts, else 0: [examples]. */
  readonly counted: Tensor;
}

/** Mean entropy of the predictions, in nats: low where the boundaries between classes avoid the examples. */
export function entropy(predictions: Predictions): Tensor {
  const { operations, logProbabilities } = predictions;
  return countedMean(predictions, operations.neg(operations.sum(operations.mul(operations.exp(logProbabilities), logProbabilities), [1])));
}

/**
 * Minimum class confusion: how much probability examples share between different classes, confident examples counting more.
 *
 * @see Jin et al., Minimum Class Confusion for Versatile Domain Adaptation (2020)
 */
export function classConfusion({ operations, logProbabilities, counted }: Predictions, temperature: number): Tensor {
  const [examples = 1, classes = 1] = logProbabilities.shape;
  const tempered = operations.softmax(operations.scale(logProbabilities, 1 / temperature));
  const spread = operations.neg(operations.sum(operations.mul(tempered, operations.log(operations.clip(tempered, 1e-8, 1))), [1]));
  const certainty = operations.mul(
    operations.stopGradient(operations.add(operations.exp(operations.neg(spread)), operations.constant([1], []))),
    counted,
  );
  const weights = operations.div(operations.mul(certainty, operations.sum(counted)), atLeastOne(operations, operations.sum(certainty)));
  const weighted = operations.mul(operations.reshape(tempered, [examples, classes, 1]), operations.reshape(weights, [examples, 1, 1]));
  const shared = operations.sum(operations.mul(weighted, operations.reshape(tempered, [examples, 1, classes])), [0]);
  const rows = operations.div(shared, operations.clip(operations.reshape(operations.sum(shared, [1]), [classes, 1]), 1e-8, LARGE));
  const otherClasses = Array.from({ length: classes * classes }, (_, index) => (index % (classes + 1) === 0 ? 0 : 1));
  return operations.scale(operations.sum(operations.mul(rows, operations.constant(otherClasses, [classes, classes]))), 1 / classes);
}

/** Bounds nothing in practice; a graph takes no infinite constant. */
const LARGE = 1e30;
/** Slope of a clipped line that stands for a step from 0 to 1. */
const STEP_SLOPE = 1e6;

export interface PseudoLabelOptions {
  /** What the same networks say of the undistorted examples without dropout: [examples, classes]. */
  readonly undistortedLogProbabilities: Tensor;
  readonly threshold: number;
}

/**
 * Self-training: -log p of the class that is predicted for the undistorted example, over the examples whose prediction is more
 * likely than the threshold; the others count as 0. Predictions for clear examples become the labels of their distorted versions.
 *
 * @see Sohn et al., FixMatch (2020), equation 4, with batch normalisation as the networks have it
 */
export function pseudoLabelLoss(predictions: Predictions, { undistortedLogProbabilities, threshold }: PseudoLabelOptions): Tensor {
  const { operations, logProbabilities } = predictions;
  const classes = logProbabilities.shape[1] ?? 1;
  const fixed = operations.stopGradient(undistortedLogProbabilities);
  const chosen = operations.oneHot(operations.argMax(fixed), classes);
  const confidence = operations.exp(operations.sum(operations.mul(fixed, chosen), [1]));
  const isConfident = operations.clip(operations.scale(operations.sub(confidence, operations.constant([threshold], [])), STEP_SLOPE), 0, 1);
  const loss = negativeLogLikelihood({ operations, logProbabilities, labels: chosen });
  return countedMean(predictions, operations.mul(loss, operations.stopGradient(isConfident)));
}

function atLeastOne(operations: Operations, sum: Tensor): Tensor {
  return operations.clip(sum, 1, LARGE);
}

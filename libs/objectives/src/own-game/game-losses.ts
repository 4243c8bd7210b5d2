import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { countedMean, isCorrect, negativeLogLikelihood as likelihood } from '../losses.js';

/**
 * -ln p(value) of each example in nats, [examples]; 0 for an example without a value.
 * @param logProbabilities [examples, categories]
 * @param values one-hot [examples, categories], as `batch.attribute` gives them
 */
export function negativeLogLikelihood(operations: Operations, logProbabilities: Tensor, values: Tensor): Tensor {
  return likelihood({ operations, logProbabilities, labels: values });
}

/** Mean of `negativeLogLikelihood` over the examples that have a value: a scalar, 0 if none has one. */
export function crossEntropy(operations: Operations, logProbabilities: Tensor, values: Tensor): Tensor {
  const counted = operations.sum(values, [1]);
  return countedMean({ operations, counted }, negativeLogLikelihood(operations, logProbabilities, values));
}

/** 1 for each example whose likeliest category is its value, else 0: [examples]. An example without a value counts 0. */
export function accuracy(operations: Operations, logProbabilities: Tensor, values: Tensor): Tensor {
  return operations.mul(isCorrect({ operations, logProbabilities, labels: values }), operations.sum(values, [1]));
}

/** Mean entropy of the answers over the examples, in nats: a scalar. @param logProbabilities [examples, categories] */
export function entropy(operations: Operations, logProbabilities: Tensor): Tensor {
  return operations.neg(operations.mean(operations.sum(operations.mul(operations.exp(logProbabilities), logProbabilities), [1])));
}

/**
 * Squared error of a number, mean over the examples that have a value: a scalar, 0 if none has one.
 * @param answer [examples] or [examples, 1]
 * @param values [examples, 2] as `batch.attribute` gives a number: the value, and 1 where there is one
 */
export function squaredError(operations: Operations, answer: Tensor, values: Tensor): Tensor {
  const column = (index: number): Tensor => operations.reshape(operations.slice(values, [0, index], [-1, 1]), [-1]);
  const squares = operations.square(operations.sub(operations.reshape(answer, [-1]), column(0)));
  return countedMean({ operations, counted: column(1) }, squares);
}

/** Mean squared difference of two tensors of one shape: a scalar. */
export function meanSquaredError(operations: Operations, one: Tensor, other: Tensor): Tensor {
  return operations.mean(operations.square(operations.sub(one, other)));
}

/** Squared difference of two tensors [examples, ...] of one shape, mean over all axes but the first: [examples]. */
export function squaredErrorOfEach(operations: Operations, one: Tensor, other: Tensor): Tensor {
  const squares = operations.square(operations.sub(one, other));
  return operations.mean(squares, squares.shape.slice(1).map((_, index) => index + 1));
}

/**
 * The same values; on the way back the gradient is multiplied by -factor.
 * @param factor a scalar of the round, or a number
 * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015), equation 12
 */
export function gradientReversed(operations: Operations, values: Tensor, factor: Tensor | number): Tensor {
  return operations.reverseGradient(values, typeof factor === 'number' ? operations.constant([factor], []) : factor);
}

/** Sum of scalars, each times its weight: a number, or a scalar of the round. */
export function weightedSum(operations: Operations, terms: readonly (readonly [weight: number | Tensor, term: Tensor])[]): Tensor {
  const weighted = terms.map(([weight, term]) => (
    typeof weight === 'number' ? (weight === 1 ? term : operations.scale(term, weight)) : operations.mul(term, weight)
  ));
  const [first, ...rest] = weighted;
  if (first === undefined) throw new TypeError('a sum has at least one term');
  return rest.reduce((sum, term) => operations.add(sum, term), first);
}

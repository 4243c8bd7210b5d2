import type { Tensor } from '@tensorflow/tfjs';
import type { KeptNumber } from '../../game-facts.js';
import type { KeptKind, Told } from './kept-kind.js';

/** Bounds of ln variance: outside, exp and its gradient leave float32's comfortable range. */
const LEAST_LOG_VARIANCE = -8;
const MOST_LOG_VARIANCE = 4;

/**
 * A number is kept by a head that gives mean and ln variance of a normal distribution: its likelihood, less the constant ln(2 pi) / 2, and
 * R2. The number has mean 0 and deviation 1, so that 1 - squared error is an example's part of R2.
 */
export const keptNumber: KeptKind<KeptNumber> = {
  gives: 'values',
  outputs: () => 2,
  loss: (told) => {
    const { operations } = told;
    const logVariance = operations.clip(column(told, 'answer', 1), LEAST_LOG_VARIANCE, MOST_LOG_VARIANCE);
    const squares = operations.mul(squaredError(told), operations.exp(operations.neg(logVariance)));
    return operations.mul(operations.scale(operations.add(squares, logVariance), 0.5), keptNumber.known(told));
  },
  score: (told) => told.operations.mul(
    told.operations.sub(told.operations.constant([1], []), squaredError(told)), keptNumber.known(told),
  ),
  known: ({ operations, values }) => operations.reshape(operations.slice(values, [0, 1], [-1, 1]), [-1]),
};

function squaredError(told: Told): Tensor {
  const { operations } = told;
  return operations.square(operations.sub(column(told, 'values', 0), column(told, 'answer', 0)));
}

/** A column of what was said or is true, [examples]. */
function column(told: Told, of: 'answer' | 'values', index: number): Tensor {
  const { operations } = told;
  return operations.reshape(operations.slice(told[of], [0, index], [-1, 1]), [-1]);
}

import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForwardContext } from './network.js';

/** Steps of the power method. Other implementations keep its state between calls; here that would have to be sent to the workers. */
const POWER_STEPS = 8;

/**
 * The context with every weight matrix divided by its largest singular value, estimated afresh by the power method from a
 * fixed start, through which no gradient flows.
 *
 * @see Miyato et al., Spectral Normalization for Generative Adversarial Networks (2018)
 */
export function spectrallyNormalised(context: ForwardContext): ForwardContext {
  const { operations } = context;
  return {
    ...context,
    parameter: (name) => {
      const tensor = context.parameter(name);
      return tensor.shape.length === 2 ? operations.div(tensor, largestSingularValue(operations, tensor)) : tensor;
    },
  };
}

function largestSingularValue(operations: Operations, weight: Tensor): Tensor {
  const [rows = 1, columns = 1] = weight.shape;
  const constant = operations.stopGradient(weight);
  let right = unit(operations, operations.constant(Array.from({ length: columns }, (_, index) => Math.cos(index + 1)), [1, columns]));
  let left = unit(operations, product(operations, constant, right, [1]), [1, rows]);
  for (let step = 0; step < POWER_STEPS; step += 1) {
    right = unit(operations, product(operations, constant, operations.reshape(left, [rows, 1]), [0]), [1, columns]);
    left = unit(operations, product(operations, constant, right, [1]), [1, rows]);
  }
  // u W v, differentiable by the weight alone.
  return operations.sum(operations.mul(operations.mul(weight, operations.reshape(left, [rows, 1])), right));
}

/** Weight times a vector, summed over an axis. */
function product(operations: Operations, weight: Tensor, vector: Tensor, axes: readonly number[]): Tensor {
  return operations.sum(operations.mul(weight, vector), axes);
}

function unit(operations: Operations, vector: Tensor, shape: readonly number[] = vector.shape): Tensor {
  const length = operations.exp(
    operations.scale(operations.log(operations.add(operations.sum(operations.square(vector)), operations.constant([1e-12], []))), 0.5),
  );
  return operations.stopGradient(operations.reshape(operations.div(vector, length), shape));
}

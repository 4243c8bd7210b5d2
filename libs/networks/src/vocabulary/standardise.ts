import type { Tensor } from '@tensorflow/tfjs';
import { BATCH_NORM_EPSILON } from '../layers.js';
import type { ForwardContext } from '../network.js';

/** PyTorch's, of all its normalisations. */
const EPSILON = BATCH_NORM_EPSILON;

/** Brings the numbers along some dimensions to mean 0 and (biased) variance 1, example by example. @param axes without 0 */
export function standardised({ operations }: ForwardContext, x: Tensor, axes: readonly number[]): Tensor {
  const shape = x.shape.map((size, axis) => (axis === 0 ? -1 : axes.includes(axis) ? 1 : size));
  const mean = (values: Tensor): Tensor => operations.reshape(operations.mean(values, axes), shape);
  const centred = operations.sub(x, mean(x));
  const variance = operations.add(mean(operations.square(centred)), operations.constant([EPSILON], []));
  return operations.mul(centred, operations.rsqrt(variance));
}

/** Scales and shifts the channels, which are the last dimension. */
export function affine(context: ForwardContext, name: string, x: Tensor): Tensor {
  const { operations } = context;
  return operations.addBias(operations.mul(x, context.parameter(`${name}.weight`)), context.parameter(`${name}.bias`));
}

import { LetheError } from '@lethe/errors';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { Layer } from './layer.js';

/** max(x, 0). */
export function relu(): Layer {
  return pointwise('relu', (operations, x) => operations.relu(x));
}

/** x where it is positive, else slope times x. @param slope 0.01 unless said */
export function leakyRelu(slope = 0.01): Layer {
  if (!(slope >= 0 && slope < 1)) throw new LetheError('GAME_INVALID', `leakyRelu expects a slope from 0 to below 1, found ${slope}.`);
  return pointwise('leakyRelu', (operations, x) => operations.leakyRelu(x, slope));
}

/** The hyperbolic tangent. */
export function tanh(): Layer {
  return pointwise('tanh', (operations, x) => operations.tanh(x));
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(): Layer {
  return pointwise('sigmoid', (operations, x) => operations.sigmoid(x));
}

/** x times the probability that a standard normal number is below x: PyTorch's, without its approximation. */
export function gelu(): Layer {
  return pointwise('gelu', (operations, x) => operations.gelu(x));
}

/** x times its sigmoid. */
export function silu(): Layer {
  return pointwise('silu', (operations, x) => operations.silu(x));
}

/** Probabilities along the last dimension. */
export function softmax(): Layer {
  return pointwise('softmax', (operations, x) => operations.softmax(x));
}

/** Logarithms of probabilities along the last dimension. */
export function logSoftmax(): Layer {
  return pointwise('logSoftmax', (operations, x) => operations.logSoftmax(x));
}

/** A layer without parameters that keeps the shape. */
function pointwise(kind: string, compute: (operations: Operations, x: Tensor) => Tensor): Layer {
  return { kind, place: (_name, input) => ({ output: input, forward: ({ operations }, x) => compute(operations, x) }) };
}

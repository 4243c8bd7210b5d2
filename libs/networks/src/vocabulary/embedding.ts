import type { TensorSpec } from '../network.js';
import { checkCount, unfitting, type Layer } from './layer.js';

/** What an embedding reads. */
export interface EmbeddingOptions {
  /** Of numbers that are indices: how many there may be, from 0 on. Unless said, it reads one-hot categories. */
  readonly indices?: number;
}

/**
 * A learnt vector of `size` numbers for each category: one-hot [categories] -> [size], or indices [positions] -> [positions, size] with
 * `{ indices }`. A number that is no index gets zeros.
 */
export function embedding(size: number, { indices }: EmbeddingOptions = {}): Layer {
  return {
    kind: 'embedding',
    place: (name, input) => {
      checkCount(name, 'size', size);
      if (indices !== undefined) checkCount(name, 'indices', indices);
      if (input.length !== 1) {
        throw unfitting(name, 'one-hot [categories], or [positions] with { indices }', input, 'Put flatten() in front of it.');
      }
      const [first = 1] = input;
      const tensors = embeddingTensors(name, indices ?? first, size);
      if (indices === undefined) {
        return { output: [size], tensors, forward: (context, x) => context.operations.matMul(x, context.parameter(`${name}.weight`)) };
      }
      return {
        output: [first, size],
        tensors,
        // As a product: gathering adds up gradients in an order that differs from run to run.
        forward: (context, x) => context.operations.matMul(context.operations.oneHot(x, indices), context.parameter(`${name}.weight`)),
      };
    },
  };
}

function embeddingTensors(name: string, categories: number, size: number): TensorSpec[] {
  return [{ name: `${name}.weight`, shape: [categories, size], initial: { kind: 'normal', deviation: 1 } }];
}

import type { Tensor } from '@tensorflow/tfjs';
import { linear, linearTensors } from '../layers.js';
import type { ForwardContext, TensorSpec } from '../network.js';
import { checkCount, sizeOfShape, unfitting, type Layer } from './layer.js';

/** How an attention is divided. */
export interface AttentionOptions {
  /** A divisor of the number of channels: each head attends by its share of them; 1 unless said. */
  readonly heads?: number;
}

/**
 * Self-attention over positions: [positions, channels] or [height, width, channels] -> the same shape. Every position becomes a mean of
 * the values of all positions of its example, weighted by how well its query matches their keys; then a linear layer. It knows no order of
 * the positions.
 *
 * @see Vaswani et al., Attention Is All You Need (2017)
 */
export function attention({ heads = 1 }: AttentionOptions = {}): Layer {
  return {
    kind: 'attention',
    place: (name, input) => {
      checkCount(name, 'heads', heads);
      const channels = input.at(-1) ?? 1;
      const positions = sizeOfShape(input) / channels;
      if (input.length < 2) {
        throw unfitting(name, '[positions, channels] or [height, width, channels]', input, 'Put reshape([...]) in front of it.');
      }
      if (channels % heads !== 0) {
        throw unfitting(name, `channels (the last size) that ${heads} heads divide`, input, 'Choose another number of heads.');
      }
      return {
        output: input,
        tensors: attentionTensors(name, channels),
        forward: (context, x) => {
          const rows = context.operations.reshape(x, [-1, positions, channels]);
          return context.operations.reshape(attended(context, name, rows, heads), [-1, ...input]);
        },
      };
    },
  };
}

/** PyTorch's start: queries, keys and values are drawn as one weight by Glorot's bound; biases start at 0. */
function attentionTensors(name: string, channels: number): TensorSpec[] {
  const zero = { kind: 'constant', value: 0 } as const;
  const [outputWeight, outputBias] = linearTensors(`${name}.output`, channels, channels) as [TensorSpec, TensorSpec];
  return [
    {
      name: `${name}.projection.weight`, shape: [channels, 3 * channels],
      initial: { kind: 'uniform', bound: Math.sqrt(6 / (4 * channels)) },
    },
    { name: `${name}.projection.bias`, shape: [3 * channels], initial: zero },
    outputWeight,
    { ...outputBias, initial: zero },
  ];
}

/** [examples, positions, channels] -> the same. */
function attended(context: ForwardContext, name: string, x: Tensor, heads: number): Tensor {
  const { operations } = context;
  const [, positions = 1, channels = 1] = x.shape;
  const projected = linear(context, `${name}.projection`, x);
  /** Queries (0), keys (1) or values (2): [examples, heads, positions, channels / heads]. */
  const part = (index: number): Tensor => {
    const columns = operations.slice(projected, [0, 0, index * channels], [-1, positions, channels]);
    return operations.transpose(operations.reshape(columns, [-1, positions, heads, channels / heads]), [0, 2, 1, 3]);
  };
  const matches = operations.matMul(part(0), operations.transpose(part(1), [0, 1, 3, 2]));
  const weights = operations.softmax(operations.scale(matches, 1 / Math.sqrt(channels / heads)));
  const mixed = operations.transpose(operations.matMul(weights, part(2)), [0, 2, 1, 3]);
  return linear(context, `${name}.output`, operations.reshape(mixed, [-1, positions, channels]));
}

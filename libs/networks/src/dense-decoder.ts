import { hiddenLayers, type HiddenLayers } from './dense-encoder.js';
import { linear, linearTensors } from './layers.js';
import type { NetworkSpec } from './network.js';

export interface DenseDecoderOptions extends HiddenLayers {
  readonly latentSize: number;
  /** Numbers that the decoder is told beside the latent. */
  readonly told: number;
  /** Of an example that is rebuilt: [height, width, channels]. */
  readonly shape: readonly number[];
}

/**
 * A decoder of rows of a table and of vectors: latent [examples, latentSize] and what is told beside it [examples, told] -> examples
 * [examples, height, width, channels].
 */
export function denseDecoder({ latentSize, told, shape, ...hidden }: DenseDecoderOptions): NetworkSpec {
  const layers = hiddenLayers(latentSize + told, hidden);
  return {
    name: 'decoder',
    dropoutStream: 'step',
    normalisations: layers.normalisations,
    tensors: [...layers.tensors, ...linearTensors('output', hidden.width, shape.reduce((product, size) => product * size, 1))],
    forward: (context, latent, values) => {
      const { operations } = context;
      const hidden = layers.forward(context, told === 0 ? latent : operations.concat([latent, values], 1));
      return operations.reshape(linear(context, 'output', hidden), [-1, ...shape]);
    },
  };
}

import { linear, linearTensors, normalisationTensors, transposedConvolution, transposedConvolutionTensors } from './layers.js';
import type { NetworkSpec, NormalisationSpec } from './network.js';

export interface DecoderOptions {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly latentSize: number;
  readonly classes: number;
  readonly dropoutRate: number;
}

/**
 * The article's decoder D: two linear layers and two transposed convolutions; the second one's border of one pixel is
 * cut off. Latent [examples, latentSize] and one-hot labels [examples, classes] -> images in (-1, 1).
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 */
export function articleDecoder(options: DecoderOptions): NetworkSpec {
  const { height, width, channels, latentSize, classes, dropoutRate } = options;
  const rows = height / 4;
  const columns = width / 4;
  const features = 32 * rows * columns;
  const norm1: NormalisationSpec = { name: 'norm1', channels: 512, samplesPerExample: 1 };
  const norm2: NormalisationSpec = { name: 'norm2', channels: 16, samplesPerExample: (2 * rows + 1) * (2 * columns + 1) };

  return {
    name: 'decoder',
    dropoutStream: 'step',
    normalisations: [norm1, norm2],
    tensors: [
      ...linearTensors('linear1', latentSize + classes, 512),
      ...normalisationTensors(norm1),
      ...linearTensors('linear2', 512, features),
      ...transposedConvolutionTensors('deconv1', 3, 32, 16),
      ...normalisationTensors(norm2),
      ...transposedConvolutionTensors('deconv2', 2, 16, channels),
    ],
    forward: (context, latent, labels) => {
      const { operations } = context;
      const examples = latent.shape[0];
      const joined = operations.concat([latent, labels], 1);
      const hidden = operations.leakyRelu(context.batchNorm('norm1', linear(context, 'linear1', joined)), 0.2);
      const maps = operations.reshape(operations.leakyRelu(linear(context, 'linear2', hidden), 0.2), [examples, rows, columns, 32]);
      const doubled = transposedConvolution(context, 'deconv1', maps, { shape: [examples, 2 * rows + 1, 2 * columns + 1, 16] });
      const activated = context.dropout(operations.relu(context.batchNorm('norm2', doubled)), dropoutRate);
      const bordered = transposedConvolution(context, 'deconv2', activated, { shape: [examples, height + 2, width + 2, channels] });
      return operations.tanh(operations.slice(bordered, [0, 1, 1, 0], [examples, height, width, channels]));
    },
  };
}

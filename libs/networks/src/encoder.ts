import type { Tensor } from '@tensorflow/tfjs';
import { convolution, convolutionTensors, linear, linearTensors, normalisationTensors } from './layers.js';
import type { ForwardContext, NetworkSpec, NormalisationSpec } from './network.js';

export interface EncoderOptions {
  /** Pixels; multiples of 4, for the two halvings. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Numbers of the code, from which the bottleneck makes the latent. */
  readonly codeSize: number;
  /** Whether the code passes a leaky ReLU, as the article's latent does. */
  readonly activated: boolean;
  readonly dropoutRate: number;
}

/**
 * The article's encoder E: two stages of convolution, batch norm, ReLU, max pooling and dropout, then two linear
 * layers. Images [examples, height, width, channels] -> code [examples, codeSize].
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 */
export function articleEncoder(options: EncoderOptions): NetworkSpec {
  const { height, width, channels, codeSize, activated, dropoutRate } = options;
  const features = 32 * (height / 4) * (width / 4);
  const norm1: NormalisationSpec = { name: 'norm1', channels: 16, samplesPerExample: height * width };
  const norm2: NormalisationSpec = { name: 'norm2', channels: 32, samplesPerExample: (height / 2) * (width / 2) };
  const norm3: NormalisationSpec = { name: 'norm3', channels: 512, samplesPerExample: 1 };

  const stage = (context: ForwardContext, convolutionName: string, normalisation: NormalisationSpec, input: Tensor): Tensor => {
    const { operations } = context;
    const rectified = operations.relu(context.batchNorm(normalisation.name, convolution(context, convolutionName, input)));
    return context.dropout(operations.maxPool(rectified, 2, 2), dropoutRate);
  };

  return {
    name: 'encoder',
    dropoutStream: 'round',
    normalisations: [norm1, norm2, norm3],
    tensors: [
      ...convolutionTensors('conv1', 3, channels, 16),
      ...normalisationTensors(norm1),
      ...convolutionTensors('conv2', 3, 16, 32),
      ...normalisationTensors(norm2),
      ...linearTensors('linear1', features, 512),
      ...normalisationTensors(norm3),
      ...linearTensors('linear2', 512, codeSize),
    ],
    forward: (context, images) => {
      const { operations } = context;
      const maps = stage(context, 'conv2', norm2, stage(context, 'conv1', norm1, images));
      const hidden = linear(context, 'linear1', operations.reshape(maps, [-1, features]));
      const code = linear(context, 'linear2', operations.leakyRelu(context.batchNorm('norm3', hidden), 0.2));
      return activated ? operations.leakyRelu(code, 0.2) : code;
    },
  };
}

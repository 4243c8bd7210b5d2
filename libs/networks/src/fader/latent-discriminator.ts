import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { NetworkSpec } from '../network.js';
import { leakyRelu } from '../vocabulary/activations.js';
import { batchNorm } from '../vocabulary/batch-norm.js';
import { convolution } from '../vocabulary/convolution.js';
import { dropout } from '../vocabulary/dropout.js';
import { placeLayers, type Layer } from '../vocabulary/layer.js';
import { linear } from '../vocabulary/linear.js';
import { flatten } from '../vocabulary/reshape.js';
import { FADER_SLOPE, FADER_WINDOW, faderLatent, mapsBehind, type FaderMaps } from './fader-shape.js';
import { withToldMaps } from './told-maps.js';

export interface LatentDiscriminatorOptions extends FaderMaps {
  readonly name: string;
  /** Numbers that it reads beside the latent. */
  readonly told: number;
  /** Categories of each attribute that it reads. */
  readonly categories: readonly number[];
  /** Of the linear layer in front of the last one. */
  readonly hidden: number;
  /** Share of the values behind every convolution that is dropped. */
  readonly dropoutRate: number;
}

/**
 * The discriminator of Fader Networks: further layers of the encoder, with batch norm, until one pixel is left, and two linear layers, the
 * last of which has outputs for every attribute. Latent [examples, latentSize], as `faderLatent` says, and told numbers [examples, told] ->
 * log-probabilities of the categories of each attribute, side by side [examples, all categories].
 *
 * @see https://github.com/facebookresearch/FaderNetworks (src/model.py)
 */
export function latentDiscriminator(options: LatentDiscriminatorOptions): NetworkSpec {
  const { name, told, categories, hidden } = options;
  const [rows, columns, maps] = faderLatent(options);
  const outputs = categories.reduce((sum, count) => sum + count, 0);
  const layers = [...convolutions(options, Math.max(rows, columns)), flatten(), linear(hidden), leakyRelu(FADER_SLOPE), linear(outputs)];
  const { forward, output, ...placed } = placeLayers(layers, [rows, columns, maps + told]);
  return {
    name,
    dropoutStream: 'step',
    ...placed,
    inputShape: [rows * columns * maps],
    outputShape: output,
    forward: (context, latent, values) => {
      const { operations } = context;
      const image = operations.reshape(latent, [-1, rows, columns, maps]);
      return logProbabilities(operations, forward(context, told === 0 ? image : withToldMaps(operations, image, values)), categories);
    },
  };
}

function convolutions(options: LatentDiscriminatorOptions, side: number): Layer[] {
  const { depth, dropoutRate } = options;
  return Array.from({ length: Math.ceil(Math.log2(side)) }, (_, index) => [
    convolution(mapsBehind(options, depth + index), { size: FADER_WINDOW, stride: 2 }),
    batchNorm(),
    leakyRelu(FADER_SLOPE),
    ...(dropoutRate === 0 ? [] : [dropout(dropoutRate)]),
  ]).flat();
}

function logProbabilities(operations: Operations, outputs: Tensor, categories: readonly number[]): Tensor {
  if (categories.length === 1) return operations.logSoftmax(outputs);
  let begin = 0;
  return operations.concat(categories.map((count) => {
    begin += count;
    return operations.logSoftmax(operations.slice(outputs, [0, begin - count], [-1, count]));
  }), 1);
}

import type { NetworkSpec } from '../network.js';
import { leakyRelu } from '../vocabulary/activations.js';
import { convolution } from '../vocabulary/convolution.js';
import { dropout } from '../vocabulary/dropout.js';
import { placeLayers, type Layer } from '../vocabulary/layer.js';
import { FADER_SLOPE, FADER_WINDOW, faderLatent, faderNorm, mapsBehind, type FaderShape } from './fader-shape.js';

export interface FaderEncoderOptions extends FaderShape {
  /** Numbers of the code for each number of the latent. */
  readonly codesPerLatent: 1 | 2;
  /** Whether the last layer is normalised and activated as the others are. */
  readonly activated: boolean;
  readonly dropoutRate: number;
}

/**
 * The encoder of Fader Networks: convolutions that halve both sides, each with a norm (but for the first), a leaky ReLU and dropout. Images
 * [examples, height, width, channels] -> code [examples, codes]: the maps of the last layer in a row, as `faderLatent` says. Two codes for
 * each number of the latent are all first ones, then all second ones.
 *
 * @see https://github.com/facebookresearch/FaderNetworks (src/model.py)
 */
export function faderEncoder(options: FaderEncoderOptions): NetworkSpec {
  const { height, width, channels, depth, codesPerLatent, activated, dropoutRate, normalisation } = options;
  const layers = Array.from({ length: depth }, (_, layer): Layer[] => {
    const isCode = layer === depth - 1 && !activated;
    const maps = mapsBehind(options, layer) * (layer === depth - 1 ? codesPerLatent : 1);
    return [
      convolution(maps, { size: FADER_WINDOW, stride: 2 }),
      ...(layer === 0 || isCode ? [] : [faderNorm(normalisation)]),
      ...(isCode ? [] : [leakyRelu(FADER_SLOPE)]),
      ...(isCode || dropoutRate === 0 ? [] : [dropout(dropoutRate)]),
    ];
  });
  const { forward, output: _, ...placed } = placeLayers(layers.flat(), [height, width, channels]);
  const [rows, columns, maps] = faderLatent(options);
  return {
    name: 'encoder',
    dropoutStream: 'round',
    ...placed,
    inputShape: [height, width, channels],
    outputShape: [codesPerLatent * rows * columns * maps],
    forward: (context, images) => {
      const { operations } = context;
      const code = forward(context, images);
      if (codesPerLatent === 1) return operations.reshape(code, [-1, rows * columns * maps]);
      const pixels = operations.reshape(code, [-1, rows * columns, codesPerLatent, maps]);
      return operations.reshape(operations.transpose(pixels, [0, 2, 1, 3]), [-1, codesPerLatent * rows * columns * maps]);
    },
  };
}

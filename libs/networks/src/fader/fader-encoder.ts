import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { linear, linearTensors } from '../layers.js';
import type { NetworkSpec } from '../network.js';
import { leakyRelu } from '../vocabulary/activations.js';
import { convolution } from '../vocabulary/convolution.js';
import { dropout } from '../vocabulary/dropout.js';
import { placeLayers, sizeOfShape, type Layer } from '../vocabulary/layer.js';
import { FADER_SLOPE, FADER_WINDOW, faderLatent, faderNorm, mapsBehind, type FaderShape } from './fader-shape.js';

export interface FaderEncoderOptions extends FaderShape {
  /** Numbers of the code for each number of the latent. */
  readonly codesPerLatent: 1 | 2;
  /** Numbers behind the code that are of no map: a linear layer reads them from what the last convolution reads. */
  readonly furtherCodes: number;
  /** Whether the last layer is normalised and activated as the others are. */
  readonly activated: boolean;
  readonly dropoutRate: number;
}

/**
 * The encoder of Fader Networks: convolutions that halve both sides, each with a norm (but for the first), a leaky ReLU and dropout. Images
 * [examples, height, width, channels] -> code [examples, codes]: the maps of the last layer in a row, as `faderLatent` says. Two codes for
 * each number of the latent are all first ones, then all second ones. Further codes stand behind all of them.
 *
 * @see https://github.com/facebookresearch/FaderNetworks (src/model.py)
 */
export function faderEncoder(options: FaderEncoderOptions): NetworkSpec {
  const { height, width, channels, depth, codesPerLatent, furtherCodes, activated, dropoutRate, normalisation } = options;
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
  const { forward: _, output: __, outputs, forwardThrough, ...placed } = placeLayers(layers.flat(), [height, width, channels]);
  const [rows, columns, maps] = faderLatent(options);
  const beforeLast = layers.slice(0, -1).flat().length;
  const read = sizeOfShape(outputs[beforeLast - 1] ?? placed.input);
  const further = furtherCodes === 0 ? [] : linearTensors(FURTHER, read, furtherCodes);
  return {
    name: 'encoder',
    dropoutStream: 'round',
    ...placed,
    tensors: [...placed.tensors, ...further],
    layers: [...placed.layers, ...(furtherCodes === 0 ? [] : [
      { name: FURTHER, inputShape: [read], outputShape: [furtherCodes], parameters: (read + 1) * furtherCodes },
    ])],
    inputShape: [height, width, channels],
    outputShape: [codesPerLatent * rows * columns * maps + furtherCodes],
    forward: (context, images) => {
      const { operations } = context;
      const lastInput = forwardThrough(context, images, 0, beforeLast);
      const code = inRow(operations, forwardThrough(context, lastInput, beforeLast), { pixels: rows * columns, codesPerLatent, maps });
      if (furtherCodes === 0) return code;
      return operations.concat([code, linear(context, FURTHER, operations.reshape(lastInput, [-1, read]))], 1);
    },
  };
}

/** The linear layer of the further codes. */
const FURTHER = 'further';

/** Maps [examples, rows, columns, codesPerLatent * maps] in a row: the first codes of all latents, then the second ones. */
function inRow(
  operations: Operations, code: Tensor,
  { pixels, codesPerLatent, maps }: { readonly pixels: number; readonly codesPerLatent: number; readonly maps: number },
): Tensor {
  if (codesPerLatent === 1) return operations.reshape(code, [-1, pixels * maps]);
  const apart = operations.reshape(code, [-1, pixels, codesPerLatent, maps]);
  return operations.reshape(operations.transpose(apart, [0, 2, 1, 3]), [-1, codesPerLatent * pixels * maps]);
}

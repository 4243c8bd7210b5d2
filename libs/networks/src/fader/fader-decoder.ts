import type { NetworkSpec } from '../network.js';
import { relu, tanh } from '../vocabulary/activations.js';
import { convolution } from '../vocabulary/convolution.js';
import { dropout } from '../vocabulary/dropout.js';
import { placeLayers, type Layer, type PlacedLayers } from '../vocabulary/layer.js';
import { transposedConvolution } from '../vocabulary/transposed-convolution.js';
import { upsample } from '../vocabulary/upsample.js';
import { FADER_WINDOW, faderLatent, faderNorm, mapsBehind, type FaderShape } from './fader-shape.js';
import { withToldMaps } from './told-maps.js';

export interface FaderDecoderOptions extends FaderShape {
  /** Numbers that the decoder is told in each of its layers. */
  readonly told: number;
  /** How a layer doubles the sides: by a transposed convolution, or by repeating pixels in front of a convolution. */
  readonly upsampling: 'transposed' | 'nearest';
  /** Of the three layers that the latent enters first, but for the very last one. */
  readonly dropoutRate: number;
}

/** Layers that drop values. */
const DROPPING = 3;

const DOUBLING: Readonly<Record<FaderDecoderOptions['upsampling'], (maps: number) => readonly Layer[]>> = {
  transposed: (maps) => [transposedConvolution(maps, { size: FADER_WINDOW, bias: false })],
  nearest: (maps) => [upsample(), convolution(maps)],
};

/**
 * The decoder of Fader Networks: layers that double both sides, each with a norm, dropout and a ReLU; behind the last one is a tanh alone.
 * Every layer reads the told numbers as maps of one value beside the maps of the layer before it. Latent [examples, latentSize], as
 * `faderLatent` says, and told numbers [examples, told] -> images in (-1, 1).
 *
 * @see https://github.com/facebookresearch/FaderNetworks (src/model.py)
 */
export function faderDecoder(options: FaderDecoderOptions): NetworkSpec {
  const { height, width, channels, depth, told } = options;
  const [rows, columns, maps] = faderLatent(options);
  const stages = Array.from({ length: depth }, (_, index): PlacedLayers => {
    const layer = depth - 1 - index;
    const [tall, wide] = [rows * 2 ** index, columns * 2 ** index];
    return placeLayers(stageOf(options, layer), [tall, wide, mapsBehind(options, layer) + told], `layer${index + 1}.`);
  });
  return {
    name: 'decoder',
    dropoutStream: 'step',
    tensors: stages.flatMap(({ tensors }) => tensors),
    normalisations: stages.flatMap(({ normalisations }) => normalisations),
    layers: stages.flatMap(({ layers }) => layers),
    inputShape: [rows * columns * maps],
    outputShape: [height, width, channels],
    forward: (context, latent, values) => stages.reduce(
      (before, stage) => stage.forward(context, told === 0 ? before : withToldMaps(context.operations, before, values)),
      context.operations.reshape(latent, [-1, rows, columns, maps]),
    ),
  };
}

/** The decoder's counterpart of the encoder's layer of that index. */
function stageOf(options: FaderDecoderOptions, layer: number): Layer[] {
  const { channels, depth, upsampling, normalisation, dropoutRate } = options;
  if (layer === 0) return [...DOUBLING[upsampling](channels), tanh()];
  return [
    ...DOUBLING[upsampling](mapsBehind(options, layer - 1)),
    faderNorm(normalisation),
    ...(dropoutRate === 0 || layer < depth - DROPPING ? [] : [dropout(dropoutRate)]),
    relu(),
  ];
}

import { normalisationTensors } from '../layers.js';
import type { Layer } from './layer.js';
import { affine, standardised } from './standardise.js';

/** Normalises along the last dimension, each example and position by itself; with a learnt scale and shift. */
export function layerNorm(): Layer {
  return {
    kind: 'layerNorm',
    place: (name, input) => ({
      output: input,
      tensors: normalisationTensors({ name, channels: input.at(-1) ?? 1 }),
      forward: (context, x) => affine(context, name, standardised(context, x, [input.length])),
    }),
  };
}

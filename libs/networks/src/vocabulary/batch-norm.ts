import { normalisationTensors } from '../layers.js';
import type { NormalisationSpec } from '../network.js';
import { sizeOfShape, type Layer } from './layer.js';

/**
 * Batch normalisation over all dimensions but the last, with PyTorch's epsilon and momentum: by the batch in training, by running
 * statistics after it.
 */
export function batchNorm(): Layer {
  return {
    kind: 'batchNorm',
    place: (name, input) => {
      const channels = input.at(-1) ?? 1;
      const normalisation: NormalisationSpec = { name, channels, samplesPerExample: sizeOfShape(input) / channels };
      return {
        output: input,
        normalisations: [normalisation],
        tensors: normalisationTensors(normalisation),
        forward: (context, x) => {
          if (input.length !== 2) return context.batchNorm(name, x);
          // As an image of width 1: programs that an export is for normalise images and rows.
          const images = context.operations.reshape(x, [-1, input[0] ?? 1, 1, channels]);
          return context.operations.reshape(context.batchNorm(name, images), [-1, ...input]);
        },
      };
    },
  };
}

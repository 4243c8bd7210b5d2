import type { Tensor } from '@tensorflow/tfjs';
import { normalisationTensors } from '../layers.js';
import type { ForwardContext } from '../network.js';
import { checkCount, sizeOfShape, unfitting, type ExampleShape, type Layer } from './layer.js';
import { affine, standardised } from './standardise.js';

/** How channels are grouped. */
export interface GroupNormOptions {
  /** A divisor of the number of channels: neighbouring channels are normalised together. */
  readonly groups: number;
}

/** What follows an instance normalisation. */
export interface InstanceNormOptions {
  /** Whether channels have a learnt scale and shift; not unless said, as in PyTorch. */
  readonly affine?: boolean;
}

/** Normalises each group of channels over all positions, each example by itself; with a learnt scale and shift of each channel. */
export function groupNorm({ groups }: GroupNormOptions): Layer {
  return {
    kind: 'groupNorm',
    place: (name, input) => {
      checkCount(name, 'groups', groups);
      const channels = input.at(-1) ?? 1;
      if (channels % groups !== 0) {
        throw unfitting(name, `channels (the last size) that ${groups} groups divide`, input, 'Choose another number of groups.');
      }
      return {
        output: input,
        tensors: normalisationTensors({ name, channels }),
        forward: (context, x) => affine(context, name, byGroup(context, x, { input, groups })),
      };
    },
  };
}

/** Normalises each channel over all positions, each example by itself. */
export function instanceNorm({ affine: isAffine = false }: InstanceNormOptions = {}): Layer {
  return {
    kind: 'instanceNorm',
    place: (name, input) => {
      const channels = input.at(-1) ?? 1;
      if (sizeOfShape(input) === channels) {
        throw unfitting(name, 'several positions, over which it normalises,', input, 'layerNorm() normalises along the channels.');
      }
      return {
        output: input,
        tensors: isAffine ? normalisationTensors({ name, channels }) : [],
        forward: (context, x) => {
          const normalised = byGroup(context, x, { input, groups: channels });
          return isAffine ? affine(context, name, normalised) : normalised;
        },
      };
    },
  };
}

function byGroup(context: ForwardContext, x: Tensor, { input, groups }: { input: ExampleShape; groups: number }): Tensor {
  const channels = input.at(-1) ?? 1;
  const grouped = context.operations.reshape(x, [-1, sizeOfShape(input) / channels, groups, channels / groups]);
  return context.operations.reshape(standardised(context, grouped, [1, 3]), [-1, ...input]);
}

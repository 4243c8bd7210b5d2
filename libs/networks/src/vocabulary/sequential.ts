import { LetheError } from '@lethe/errors';
import type { NetworkSpec, UnnamedNetwork } from '../network.js';
import { placeLayers, shapeText, type ExampleShape, type Layer } from './layer.js';

/** Settings of a network of layers. */
export interface SequentialOptions {
  /**
   * What dropout and noise are drawn for: `step` (the default), for every inner step of every phase; `round`, once for a round, so that all
   * its phases see the same features of a batch.
   */
  readonly dropoutStream?: NetworkSpec['dropoutStream'];
}

/** A network of layers, with the shapes of one example of its input and of its output. */
export type SequentialNetwork = UnnamedNetwork & Required<Pick<NetworkSpec, 'inputShape' | 'outputShape' | 'layers'>>;

/**
 * A network of layers, one behind the other. Tensors are called by kind and number of their layer: "linear2.weight". They start as those of
 * PyTorch do.
 *
 * @param inputShape sizes of one example of its input: [numbers], [positions, channels] or [height, width, channels]
 * @throws LetheError GAME_INVALID if a layer cannot read what the one before it gives
 */
export function sequential(
  inputShape: ExampleShape, layers: readonly Layer[], { dropoutStream = 'step' }: SequentialOptions = {},
): SequentialNetwork {
  if (inputShape.length === 0 || !inputShape.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new LetheError(
      'GAME_INVALID',
      `sequential expects the sizes of one example of its input first, as [784] or [28, 28, 1], found ${shapeText(inputShape)}.`,
    );
  }
  const { output, tensors, normalisations, forward, layers: summaries } = placeLayers(layers, inputShape);
  return {
    dropoutStream, tensors, normalisations, inputShape, outputShape: output, layers: summaries,
    forward: (context, input) => forward(context, input),
  };
}

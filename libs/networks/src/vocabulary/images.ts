import type { ForwardContext } from '../network.js';
import type { Tensor } from '@tensorflow/tfjs';
import { unfitting, type ExampleShape, type PlacedLayer } from './layer.js';

/** Sizes of an image; a signal is an image of width 1. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * A layer that is written for images, behind images [height, width, channels] or signals [length, channels].
 *
 * @param forward of images [examples, height, width, channels]
 * @throws LetheError GAME_INVALID if the input is neither
 */
export function placeOnImages(
  name: string, input: ExampleShape,
  layer: (image: ImageSize) => Pick<PlacedLayer, 'tensors' | 'normalisations'> & {
    readonly output: ImageSize;
    readonly forward: (context: ForwardContext, images: Tensor) => Tensor;
  },
): PlacedLayer {
  const [height = 0, second = 0, third] = input;
  if (input.length < 2 || input.length > 3) {
    throw unfitting(name, 'images [height, width, channels] or signals [length, channels]', input, 'Put reshape([...]) in front of it.');
  }
  if (third !== undefined) {
    const { output, ...placed } = layer({ height, width: second, channels: third });
    return { ...placed, output: [output.height, output.width, output.channels] };
  }
  const { output, forward, ...placed } = layer({ height, width: 1, channels: second });
  return {
    ...placed,
    output: [output.height, output.channels],
    forward: (context, signals) => {
      const images = context.operations.reshape(signals, [-1, height, 1, second]);
      return context.operations.reshape(forward(context, images), [-1, output.height, output.channels]);
    },
  };
}

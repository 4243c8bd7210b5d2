import { transposedConvolution as apply, transposedConvolutionTensors } from '../layers.js';
import type { TensorSpec } from '../network.js';
import { placeOnImages } from './images.js';
import { checkCount, type Layer } from './layer.js';
import { windowOver, type Padding, type WindowSize } from './windows.js';

/** How the window of a transposed convolution looks and moves. */
export interface TransposedConvolutionOptions {
  /** Of the window; 3 unless said. */
  readonly size?: WindowSize;
  /** How many times as large the output is, nearly; 2 unless said. */
  readonly stride?: number;
  /** `same` (unless said): the output is the input times the stride. `valid`: (input - 1) * stride + size, nothing is cut off. */
  readonly padding?: Padding;
  /** Whether a number is added to each of its maps; unless said, it is. In front of a norm it makes no difference. */
  readonly bias?: boolean;
}

/** A transposed convolution: images [height, width, channels] -> larger ones of `maps` channels, or signals likewise. */
export function transposedConvolution(
  maps: number, { size = 3, stride = 2, padding = 'same', bias = true }: TransposedConvolutionOptions = {},
): Layer {
  return {
    kind: 'transposedConvolution',
    place: (name, input) => placeOnImages(name, input, (image) => {
      checkCount(name, 'maps', maps);
      checkCount(name, 'stride', stride);
      const window = windowOver(name, size, image);
      const side = (pixels: number, window_: number): number => (padding === 'same' ? pixels * stride : (pixels - 1) * stride + window_);
      const height = side(image.height, window[0]);
      // A signal stays one.
      const width = image.width === 1 && window[1] === 1 ? 1 : side(image.width, window[1]);
      const [weight, ...added] = transposedConvolutionTensors(name, window, image.channels, maps) as [TensorSpec, TensorSpec];
      return {
        output: { height, width, channels: maps },
        tensors: [weight, ...(bias ? added : [])],
        forward: (context, images) => (
          apply(context, name, images, { shape: [images.shape[0], height, width, maps], stride, padding, bias })
        ),
      };
    }),
  };
}

import { convolution as apply, convolutionTensors } from '../layers.js';
import { placeOnImages } from './images.js';
import { checkCount, type Layer } from './layer.js';
import { borderOf, windowedSize, windowOver, type Padding, type WindowSize } from './windows.js';

/** How the window of a convolution looks and moves. */
export interface ConvolutionOptions {
  /** Of the window; 3 unless said. */
  readonly size?: WindowSize;
  /** Pixels from one window to the next, in both directions; 1 unless said. */
  readonly stride?: number;
  /** `same` unless said. A number: so many pixels of zeros around the image, as in PyTorch. */
  readonly padding?: Padding | number;
}

/**
 * A convolution with a bias: images [height, width, channels] -> [height, width, maps], or signals [length, channels] -> [length, maps].
 * Images of width 1 are signals: their windows have width 1.
 */
export function convolution(maps: number, { size = 3, stride = 1, padding = 'same' }: ConvolutionOptions = {}): Layer {
  return {
    kind: 'convolution',
    place: (name, input) => placeOnImages(name, input, (image) => {
      checkCount(name, 'maps', maps);
      const window = windowOver(name, size, image);
      const [rows, columns] = typeof padding === 'number' ? borderOf(name, padding, image) : [0, 0];
      const options = { stride, padding: typeof padding === 'number' ? 'valid' : padding };
      const padded = { ...image, height: image.height + 2 * rows, width: image.width + 2 * columns };
      const [height, width] = windowedSize(name, padded, window, options);
      return {
        output: { height, width, channels: maps },
        tensors: convolutionTensors(name, window, image.channels, maps),
        forward: (context, images) => (
          apply(context, name, rows + columns === 0 ? images : context.operations.pad(images, rows, columns), options)
        ),
      };
    }),
  };
}

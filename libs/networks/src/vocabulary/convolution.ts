import { convolution as apply, convolutionTensors } from '../layers.js';
import { placeOnImages } from './images.js';
import { checkCount, type Layer } from './layer.js';
import { windowedSize, windowOver, type Padding, type WindowSize } from './windows.js';

/** How the window of a convolution looks and moves. */
export interface ConvolutionOptions {
  /** Of the window; 3 unless said. */
  readonly size?: WindowSize;
  /** Pixels from one window to the next, in both directions; 1 unless said. */
  readonly stride?: number;
  /** `same` unless said. */
  readonly padding?: Padding;
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
      const [height, width] = windowedSize(name, image, window, { stride, padding });
      return {
        output: { height, width, channels: maps },
        tensors: convolutionTensors(name, window, image.channels, maps),
        forward: (context, images) => apply(context, name, images, { stride, padding }),
      };
    }),
  };
}

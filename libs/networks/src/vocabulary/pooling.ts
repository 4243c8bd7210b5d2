import { placeOnImages } from './images.js';
import { unfitting, type Layer } from './layer.js';
import { windowedSize, windowOver, type WindowSize } from './windows.js';

/** How the window of a pooling moves. */
export interface PoolOptions {
  /** Pixels from one window to the next; the size of the window (its height) unless said. */
  readonly stride?: number;
}

/** The largest value of each window; what does not fill a window at the end is left out. */
export function maxPool(size: WindowSize, { stride = typeof size === 'number' ? size : size[0] }: PoolOptions = {}): Layer {
  return {
    kind: 'maxPool',
    place: (name, input) => placeOnImages(name, input, (image) => {
      const window = windowOver(name, size, image);
      const [height, width] = windowedSize(name, image, window, { stride, padding: 'valid' });
      return {
        output: { height, width, channels: image.channels },
        forward: ({ operations }, images) => operations.maxPool(images, window, stride),
      };
    }),
  };
}

/** The mean of each channel: [height, width, channels] or [positions, channels] -> [channels]. */
export function globalAveragePool(): Layer {
  return {
    kind: 'globalAveragePool',
    place: (name, input) => {
      if (input.length < 2) {
        throw unfitting(
          name, 'images [height, width, channels] or signals [length, channels]', input, 'Leave it out: there is one value a channel.',
        );
      }
      const axes = input.slice(1).map((_, index) => index + 1);
      return { output: input.slice(-1), forward: ({ operations }, x) => operations.mean(x, axes) };
    },
  };
}

import type { LetheError } from '@lethe/errors';
import { placeOnImages } from './images.js';
import { sizeOfShape, unfitting, type ExampleShape, type Layer } from './layer.js';
import { windowedSize, windowOver, type WindowSize } from './windows.js';

/** How the window of a pooling moves. */
export interface PoolOptions {
  /** Pixels from one window to the next; the size of the window (its height) unless said. */
  readonly stride?: number;
}

/** The largest value of each window; what does not fill a window at the end is left out. */
export function maxPool(size: WindowSize, options: PoolOptions = {}): Layer {
  return pool('maxPool', size, options);
}

/** The mean of each window; what does not fill a window at the end is left out. */
export function averagePool(size: WindowSize, options: PoolOptions = {}): Layer {
  return pool('averagePool', size, options);
}

function pool(kind: 'maxPool' | 'averagePool', size: WindowSize, options: PoolOptions): Layer {
  return {
    kind,
    place: (name, input) => placeOnImages(name, input, (image) => {
      const window = windowOver(name, size, image);
      const { stride = window[0] } = options;
      const [height, width] = windowedSize(name, image, window, { stride, padding: 'valid' });
      return {
        output: { height, width, channels: image.channels },
        forward: ({ operations }, images) => operations[kind](images, window, stride),
      };
    }),
  };
}

/** The mean of each channel: [height, width, channels] or [positions, channels] -> [channels]. */
export function globalAveragePool(): Layer {
  return {
    kind: 'globalAveragePool',
    place: (name, input) => {
      if (input.length < 2) throw unpooled(name, input);
      const axes = input.slice(1).map((_, index) => index + 1);
      return { output: input.slice(-1), forward: ({ operations }, x) => operations.mean(x, axes) };
    },
  };
}

/** The largest value of each channel: [height, width, channels] or [positions, channels] -> [channels]. */
export function globalMaxPool(): Layer {
  return {
    kind: 'globalMaxPool',
    place: (name, input) => {
      if (input.length < 2) throw unpooled(name, input);
      const channels = input.at(-1) ?? 1;
      const positions = sizeOfShape(input) / channels;
      return {
        output: [channels],
        forward: ({ operations }, x) => (
          operations.reshape(operations.maxPool(operations.reshape(x, [-1, positions, 1, channels]), [positions, 1], 1), [-1, channels])
        ),
      };
    },
  };
}

function unpooled(name: string, input: ExampleShape): LetheError {
  return unfitting(
    name, 'images [height, width, channels] or signals [length, channels]', input, 'Leave it out: there is one value a channel.',
  );
}

import type { Tensor } from '@tensorflow/tfjs';
import type { ForwardContext } from '../network.js';
import { placeOnImages } from './images.js';
import { checkCount, type Layer } from './layer.js';

/**
 * Images of `times` as many rows and columns, in which every pixel is a square of that side, or signals of `times` the length: the value of
 * the nearest pixel, without interpolation.
 */
export function upsample(times = 2): Layer {
  return {
    kind: 'upsample',
    place: (name, input) => placeOnImages(name, input, ({ height, width, channels }) => {
      checkCount(name, 'times', times);
      const columns = width === 1 ? 1 : times;
      const [tall, wide] = [height * times, width * columns];
      return {
        output: { height: tall, width: wide, channels },
        forward: (context, images) => {
          const broad = repeated(context, images, columns, [-1, height, 1, wide * channels]);
          return repeated(context, broad, times, [-1, tall, wide, channels]);
        },
      };
    }),
  };
}

/** The last dimension several times, one behind the other, in another shape. */
function repeated({ operations }: ForwardContext, x: Tensor, times: number, shape: readonly number[]): Tensor {
  return operations.reshape(times === 1 ? x : operations.concat(new Array<Tensor>(times).fill(x), 3), shape);
}

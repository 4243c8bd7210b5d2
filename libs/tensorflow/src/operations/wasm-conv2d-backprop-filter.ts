import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs';

import { copy } from './plain-operations.js';

/** Registers the one kernel of a convolutional network that the wasm backend lacks, built from kernels that it has. */
export function registerConv2DBackpropFilter(tf: typeof tfjs): void {
  const present = tf.getKernel('Conv2DBackpropFilter', 'wasm') as tfjs.KernelConfig | undefined;
  if (present !== undefined) return;
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: tfjs.TensorInfo; dy: tfjs.TensorInfo };
      const { strides, pad, filterShape } = attrs as unknown as FilterAttributes;
      const engine = tf.engine();
      return tf.tidy(() => {
        const image = engine.makeTensorFromTensorInfo(shared(tf, x)) as Tensor4D;
        const gradient = engine.makeTensorFromTensorInfo(shared(tf, dy)) as Tensor4D;
        return filterGradient(tf, image, gradient, { strides, pad, filterShape });
      });
    },
  });
}

interface FilterAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly filterShape: [number, number, number, number];
}

/** A tensor of its own on the same memory, so that a tidy can dispose of it. */
function shared(tf: typeof tfjs, info: tfjs.TensorInfo): tfjs.TensorInfo {
  tf.backend().incRef(info.dataId);
  return { dataId: info.dataId, shape: info.shape, dtype: info.dtype };
}

/** One matrix product per position in the filter: the pixels under that position, transposed, by the gradients of the outputs. */
function filterGradient(tf: typeof tfjs, x: Tensor4D, dy: Tensor4D, attributes: FilterAttributes): Tensor {
  const { strides, pad, filterShape } = attributes;
  const { padInfo, strideHeight, strideWidth, outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
    x.shape, filterShape, strides, 1, pad,
  );
  const [filterHeight, filterWidth, inputChannels, outputChannels] = filterShape;
  const [batch] = x.shape;
  const padded = tf.pad4d(x, [[0, 0], [padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right], [0, 0]]);
  // A copy, always multiplied in one shape: the backend's matrix product remembers its right-hand memory.
  const gradients = copy(tf, tf.reshape(dy, [batch * outHeight * outWidth, outputChannels])) as Tensor2D;
  const rows: Tensor[] = [];
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const end = [batch, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, inputChannels];
      const under = tf.stridedSlice(padded, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]);
      const pixels: Tensor2D = tf.transpose(tf.reshape(under, [batch * outHeight * outWidth, inputChannels]));
      rows.push(tf.matMul(pixels, gradients));
    }
  }
  return tf.reshape(tf.concat(rows, 0), filterShape);
}

import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import { commonOperations, ofBatches, sides } from './common-operations.js';
import type { Operations } from './operations.js';
import { dropoutBytes, normalNumbers } from './random-numbers.js';
import { statelessBytes } from './philox.js';

/** The operations in stock tfjs, for engines without TensorFlow's kernels. They run eagerly only. */
export function plainOperations(tf: typeof tfjs): Operations {
  const common = commonOperations(tf);
  return {
    ...common,
    matMul: ofBatches(tf, matMul(tf)),
    addBias: addBias(tf),
    batchNormTrain: batchNormTrain(tf, common.stopGradient),
    dropout: dropout(tf),
    normal: normal(tf),
    maxPool: maxPool(tf),
    ...activations(tf),
    sum: (x, axes) => tf.sum(x, axes && [...axes]),
    mean: (x, axes) => tf.mean(x, axes && [...axes]),
  };
}

/**
 * The wasm backend packs the right-hand matrix once per buffer, whatever its shape: so every right-hand side is a copy. Its fast
 * path knows no transposition: so gradients transpose first.
 */
function matMul(tf: typeof tfjs): Operations['matMul'] {
  const multiply = (a: Tensor, b: Tensor) => tf.matMul(a, copy(tf, b));
  const differentiable = tf.customGrad((a, b, save) => {
    (save as tfjs.GradSaveFunc)([a as Tensor, b as Tensor]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [left, right] = saved as [Tensor, Tensor];
      return [multiply(dy, turned(tf, right)), multiply(turned(tf, left), dy)];
    };
    return { value: multiply(a as Tensor, b as Tensor), gradFunc };
  });
  return (a, b) => differentiable(a, b);
}

/** Matrices with rows and columns exchanged. */
function turned(tf: typeof tfjs, x: Tensor): Tensor {
  return tf.transpose(x, [...x.shape.keys()].map((axis) => (axis < x.rank - 2 ? axis : 2 * x.rank - 3 - axis)));
}

/** The same values in memory of their own; `clone` would share it. */
export function copy(tf: typeof tfjs, x: Tensor): Tensor {
  return tf.mul(x, tf.scalar(1));
}

function addBias(tf: typeof tfjs): Operations['addBias'] {
  const differentiable = tf.customGrad((x, bias) => ({
    value: tf.add(x as Tensor, bias as Tensor),
    gradFunc: (dy) => [dy, sumPerChannel(tf, dy)],
  }));
  return (x, bias) => differentiable(x, bias);
}

/** Sums in two stages, since one long float32 sum loses digits. */
function sumPerChannel(tf: typeof tfjs, x: Tensor): Tensor {
  const channels = x.shape.at(-1) ?? 1;
  const rows = x.size / channels;
  const group = largestDivisorUpTo(rows, Math.ceil(Math.sqrt(rows)));
  return tf.sum(tf.sum(tf.reshape(x, [rows / group, group, channels]), 1), 0);
}

function largestDivisorUpTo(value: number, limit: number): number {
  for (let divisor = limit; divisor > 1; divisor--) if (value % divisor === 0) return divisor;
  return 1;
}

function batchNormTrain(tf: typeof tfjs, stopGradient: (x: Tensor) => Tensor): Operations['batchNormTrain'] {
  return (x, scale, shift, epsilon) => {
    const count = x.size / (x.shape.at(-1) ?? 1);
    const meanPerChannel = (tensor: Tensor) => tf.mul(sumPerChannel(tf, tensor), tf.scalar(1 / count));
    const mean = meanPerChannel(x);
    const variance = meanPerChannel(tf.square(tf.sub(x, mean)));
    const inverse = tf.rsqrt(tf.add(variance, tf.scalar(epsilon)));
    const normalised = tf.mul(tf.sub(x, mean), inverse);
    const differentiable = tf.customGrad((_x, factor, offset, save) => {
      (save as tfjs.GradSaveFunc)([normalised, inverse, factor as Tensor]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) => {
        const [normal, deviation, gain] = saved as [Tensor, Tensor, Tensor];
        const along = meanPerChannel(tf.mul(dy, normal));
        const centred = tf.sub(tf.sub(dy, meanPerChannel(dy)), tf.mul(normal, along));
        const dx = tf.mul(centred, tf.mul(gain, deviation));
        return [dx, sumPerChannel(tf, tf.mul(dy, normal)), sumPerChannel(tf, dy)];
      };
      return { value: tf.add(tf.mul(normalised, factor as Tensor), offset as Tensor), gradFunc };
    });
    const output = differentiable(x, scale, shift);
    return { output, mean: stopGradient(mean), variance: stopGradient(variance) };
  };
}

/**
 * The wasm backend's gradient forgets windows without a positive value, so it is taken of the input moved above 0.
 * Where rounding then makes two values of a window equal, they were a tie but for the last digit.
 */
function maxPool(tf: typeof tfjs): Operations['maxPool'] {
  return (x, size, stride) => {
    const filterSize = sides(size);
    const pool = (input: Tensor) => tf.maxPool(input as tfjs.Tensor4D, filterSize, stride, 'valid');
    const attributes = { filterSize, strides: stride, pad: 'valid' };
    const differentiable = tf.customGrad((input, save) => {
      (save as tfjs.GradSaveFunc)([input as Tensor]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) => {
        const [original] = saved as [Tensor];
        const positive = tf.add(tf.sub(original, tf.min(original)), tf.scalar(1));
        const inputs = { dy, input: positive, output: pool(positive) };
        return tf.engine().runKernel<Tensor>('MaxPoolGrad', inputs, attributes);
      };
      return { value: pool(input as Tensor), gradFunc };
    });
    return differentiable(x);
  };
}

function activations(tf: typeof tfjs): Pick<Operations, 'relu' | 'leakyRelu' | 'tanh'> {
  return { relu: (x) => tf.relu(x), leakyRelu: (x, slope) => tf.leakyRelu(x, slope), tanh: (x) => tf.tanh(x) };
}

function dropout(tf: typeof tfjs): Operations['dropout'] {
  return (x, rate, seed, salt) => {
    const { threshold, factor } = dropoutBytes(rate);
    const [first, second] = seedOf(tf, seed);
    const bytes = statelessBytes(x.size, [first, (second + salt) | 0]);
    return tf.mul(x, tf.tensor(Float32Array.from(bytes, (byte) => (byte >= threshold ? factor : 0)), x.shape, 'float32'));
  };
}

function normal(tf: typeof tfjs): Operations['normal'] {
  return (shape, seed, salt) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const [first, second] = seedOf(tf, seed);
    const { buffer } = statelessBytes(2 * Int32Array.BYTES_PER_ELEMENT * size, [first, (second + salt) | 0]);
    return normalNumbers(tf, tf.tensor1d(new Int32Array(buffer, 0, 2 * size), 'int32'), shape);
  };
}

/** Of the backend, as steps may not read tensors. */
function seedOf(tf: typeof tfjs, seed: Tensor): [number, number] {
  const [first = 0, second = 0] = tf.engine().readSync(seed.dataId) as Int32Array;
  return [first, second];
}

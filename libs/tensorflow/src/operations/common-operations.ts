import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs';

import { gradients } from './gradients.js';
import type { Operations, WindowOptions, WindowSize } from './operations.js';

/** The operations whose stock tfjs version is the right one on every engine. */
export type CommonOperations = Omit<
  Operations,
  'addBias' | 'batchNormTrain' | 'dropout' | 'leakyRelu' | 'matMul' | 'mean' | 'normal' | 'relu' | 'sum' | 'tanh'
>;

type Shape4D = [number, number, number, number];

/** Builds the common operations on a tfjs module. */
export function commonOperations(tf: typeof tfjs): CommonOperations {
  return {
    ...layers(tf), ...elementwise(tf), ...shapes(tf), ...constants(tf), reverseGradient: reverseGradient(tf), gradients: gradients(tf),
  };
}

function layers(tf: typeof tfjs) {
  return {
    conv2d: (x: Tensor, filter: Tensor, { stride, padding }: WindowOptions): Tensor =>
      tf.conv2d(x as Tensor4D, filter as Tensor4D, stride, padding),
    conv2dTranspose: (x: Tensor, filter: Tensor, shape: readonly number[], { stride, padding }: WindowOptions): Tensor =>
      tf.conv2dTranspose(x as Tensor4D, filter as Tensor4D, [...shape] as Shape4D, stride, padding),
    batchNormEval: ((x, { scale, shift }, { mean, variance }, epsilon) => {
      const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
      return tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(mean, factor)));
    }) satisfies Operations['batchNormEval'],
    maxPool: (x: Tensor, size: WindowSize, stride: number): Tensor => tf.maxPool(x as Tensor4D, sides(size), stride, 'valid'),
    averagePool: (x: Tensor, size: WindowSize, stride: number): Tensor => tf.avgPool(x as Tensor4D, sides(size), stride, 'valid'),
    pad: (x: Tensor, rows: number, columns: number): Tensor => tf.pad(x, [[0, 0], [rows, rows], [columns, columns], [0, 0]]),
  };
}

/** Height and width of a window. */
export function sides(size: WindowSize): [number, number] {
  return typeof size === 'number' ? [size, size] : [...size];
}

function elementwise(tf: typeof tfjs) {
  return {
    sigmoid: (x: Tensor): Tensor => tf.sigmoid(x),
    silu: (x: Tensor): Tensor => tf.mul(x, tf.sigmoid(x)),
    gelu: (x: Tensor): Tensor => (
      tf.mul(tf.mul(x, tf.scalar(0.5)), tf.add(tf.erf(tf.mul(x, tf.scalar(Math.SQRT1_2))), tf.scalar(1)))
    ),
    square: (x: Tensor): Tensor => tf.square(x),
    absolute: (x: Tensor): Tensor => tf.abs(x),
    exp: (x: Tensor): Tensor => tf.exp(x),
    log: (x: Tensor): Tensor => tf.log(x),
    rsqrt: (x: Tensor): Tensor => tf.rsqrt(x),
    add: (a: Tensor, b: Tensor): Tensor => tf.add(a, b),
    sub: (a: Tensor, b: Tensor): Tensor => tf.sub(a, b),
    mul: (a: Tensor, b: Tensor): Tensor => tf.mul(a, b),
    div: (a: Tensor, b: Tensor): Tensor => tf.div(a, b),
    clip: (x: Tensor, least: number, most: number): Tensor => tf.clipByValue(x, least, most),
    scale: (x: Tensor, factor: number): Tensor => tf.mul(x, tf.scalar(factor)),
    neg: (x: Tensor): Tensor => tf.neg(x),
    logSoftmax: (x: Tensor): Tensor => tf.logSoftmax(x),
    softmax: (x: Tensor): Tensor => tf.softmax(x),
    softplus: (x: Tensor): Tensor => tf.softplus(x),
  };
}

function shapes(tf: typeof tfjs) {
  return {
    concat: (tensors: readonly Tensor[], axis: number): Tensor => tf.concat([...tensors], axis),
    reshape: (x: Tensor, shape: readonly number[]): Tensor => tf.reshape(x, [...shape]),
    transpose: (x: Tensor, order: readonly number[]): Tensor => tf.transpose(x, [...order]),
    slice: (x: Tensor, begin: readonly number[], size: readonly number[]): Tensor => tf.slice(x, [...begin], [...size]),
    constant: (values: readonly number[], shape: readonly number[]): Tensor => tf.tensor([...values], [...shape], 'float32'),
    unpack: (flat: Tensor, pieces: readonly (readonly number[])[]): Tensor[] => {
      let begin = 0;
      return pieces.map((shape) => {
        const size = shape.reduce((product, extent) => product * extent, 1);
        const piece = tf.slice(flat as Tensor1D, begin, size);
        begin += size;
        return tf.reshape(piece, [...shape]);
      });
    },
    pack: (tensors: readonly Tensor[]): Tensor => tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [-1]))),
  };
}

/** Operations that no gradient flows through. */
function constants(tf: typeof tfjs) {
  const oneHot = (labels: Tensor, classes: number) => tf.cast(tf.oneHot(tf.cast(labels, 'int32'), classes), 'float32');
  const argMax = (x: Tensor) => tf.cast(tf.argMax(x, -1), 'float32');
  const equal = (a: Tensor, b: Tensor) => tf.cast(tf.equal(a, b), 'float32');
  return {
    oneHot: (labels: Tensor, classes: number): Tensor => withoutGradient(tf, () => oneHot(labels, classes)),
    argMax: (x: Tensor): Tensor => withoutGradient(tf, () => argMax(x)),
    equal: (a: Tensor, b: Tensor): Tensor => withoutGradient(tf, () => equal(a, b)),
    stopGradient: (x: Tensor): Tensor => withoutGradient(tf, () => tf.clone(x)),
  };
}

/** A product of matrices, of batches of them too: a single right-hand matrix multiplies all rows of a batch at once. */
export function ofBatches(tf: typeof tfjs, multiply: (a: Tensor, b: Tensor) => Tensor): Operations['matMul'] {
  return (a, b) => {
    if (a.rank === 2 || b.rank > 2) return multiply(a, b);
    const rows = tf.reshape(a, [-1, a.shape.at(-1) ?? 1]);
    return tf.reshape(multiply(rows, b), [...a.shape.slice(0, -1), b.shape.at(-1) ?? 1]);
  };
}

function reverseGradient(tf: typeof tfjs): Operations['reverseGradient'] {
  const differentiable = tf.customGrad((x, factor, save) => {
    (save as tfjs.GradSaveFunc)([factor as Tensor]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => [tf.neg(tf.mul(dy, saved[0] as Tensor)), tf.scalar(0)];
    return { value: tf.clone(x as Tensor), gradFunc };
  });
  return (x, factor) => differentiable(x, factor);
}

/**
 * Computes something that no gradient flows through. On the tape it has no inputs. With inputs that get gradients of 0, everything
 * that these were computed from would be differentiated too.
 */
function withoutGradient(tf: typeof tfjs, compute: () => Tensor): Tensor {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))();
}

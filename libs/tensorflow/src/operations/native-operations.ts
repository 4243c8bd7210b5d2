import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

import { type AttributeWriters, attributeWriters, nativeBackend, type OperationAttribute } from '../native-backend.js';
import { dropoutBytes, normalNumbers } from './random-numbers.js';
import { commonOperations, ofBatches } from './common-operations.js';
import type { BatchNormalised, Operations } from './operations.js';

/** Runs a TensorFlow operation that tfjs has no function for. */
interface NativeCalls {
  readonly attributes: AttributeWriters;
  readonly float: number;
  readonly int: number;
  readonly byte: number;
  one(name: string, attributes: OperationAttribute[], inputs: Tensor[]): Tensor;
  many(name: string, attributes: OperationAttribute[], inputs: Tensor[], outputs: number): Tensor[];
}

/** TensorFlow's own fused operations where tfjs would compose many small ones. */
export function nativeOperations(tf: typeof tfjs): Operations {
  const backend = nativeBackend(tf);
  const native: NativeCalls = {
    attributes: attributeWriters(backend.binding),
    float: backend.binding.TF_FLOAT,
    int: backend.binding.TF_INT32,
    byte: backend.binding.TF_UINT8,
    one: (name, attributes, inputs) => backend.executeSingleOutput(name, attributes, inputs),
    many: (name, attributes, inputs, outputs) => backend.executeMultipleOutputs(name, attributes, inputs, outputs),
  };
  return {
    ...commonOperations(tf),
    matMul: ofBatches(tf, (a, b) => tf.matMul(a, b)),
    sum: (x, axes) => tf.sum(x, axes && [...axes]),
    mean: (x, axes) => tf.mean(x, axes && [...axes]),
    addBias: addBias(tf, native),
    batchNormTrain: batchNormTrain(tf, native),
    dropout: dropout(tf, native),
    normal: normal(tf, native),
    ...activations(tf, native),
  };
}

function addBias(tf: typeof tfjs, native: NativeCalls): Operations['addBias'] {
  const attributes = [native.attributes.type('T', native.float), native.attributes.string('data_format', 'NHWC')];
  const differentiable = tf.customGrad((x, bias) => ({
    value: native.one('BiasAdd', attributes, [x as Tensor, bias as Tensor]),
    gradFunc: (dy) => [dy, native.one('BiasAddGrad', attributes, [dy])],
  }));
  return (x, bias) => differentiable(x, bias);
}

function activations(tf: typeof tfjs, native: NativeCalls): Pick<Operations, 'relu' | 'leakyRelu' | 'tanh' | 'silu'> {
  const float = native.attributes.type('T', native.float);
  const relu = tf.customGrad((x, save) => {
    const y = tf.relu(x as Tensor);
    (save as tfjs.GradSaveFunc)([y]);
    return { value: y, gradFunc: (dy, saved) => native.one('ReluGrad', [float], [dy, only(saved)]) };
  });
  const tanh = tf.customGrad((x, save) => {
    const y = tf.tanh(x as Tensor);
    (save as tfjs.GradSaveFunc)([y]);
    return { value: y, gradFunc: (dy, saved) => native.one('TanhGrad', [float], [only(saved), dy]) };
  });
  const leakyRelu = (slope: number) => {
    const attributes = [float, native.attributes.float('alpha', slope)];
    return tf.customGrad((x, save) => {
      const y = tf.leakyRelu(x as Tensor, slope);
      // The kernel asks for the sign alone, which is the same before and after. So x need not be kept.
      (save as tfjs.GradSaveFunc)([y]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) => native.one('LeakyReluGrad', attributes, [dy, only(saved)]);
      return { value: y, gradFunc };
    });
  };
  // Not as x times Sigmoid: TensorFlow fuses these with a convolution in front of them, and loses what other graphs ask for between them.
  const silu = tf.customGrad((x, save) => {
    const half = tf.scalar(0.5);
    const share = tf.add(tf.mul(tf.tanh(tf.mul(x as Tensor, half)), half), half);
    const y = tf.mul(x as Tensor, share);
    (save as tfjs.GradSaveFunc)([y, share]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
      const [value, part] = saved as [Tensor, Tensor];
      return tf.mul(dy, tf.add(part, tf.sub(value, tf.mul(value, part))));
    };
    return { value: y, gradFunc };
  });
  return { relu: (x) => relu(x), tanh: (x) => tanh(x), leakyRelu: (x, slope) => leakyRelu(slope)(x), silu: (x) => silu(x) };
}

function only(saved: readonly Tensor[]): Tensor {
  return saved[0] as Tensor;
}

function batchNormTrain(tf: typeof tfjs, native: NativeCalls): Operations['batchNormTrain'] {
  return (x, scale, shift, epsilon) => {
    const channels = x.shape.at(-1) ?? 1;
    // TensorFlow's kernel takes images only; a matrix is a batch of images of one pixel.
    const image = x.rank === 4 ? x : tf.reshape(x, [-1, 1, 1, channels]);
    const normalised = fusedBatchNorm(tf, native, epsilon)(image, scale, shift);
    const output = x.rank === 4 ? normalised.output : tf.reshape(normalised.output, x.shape);
    return { ...normalised, output };
  };
}

function fusedBatchNorm(tf: typeof tfjs, native: NativeCalls, epsilon: number) {
  const { type, float, string, boolean } = native.attributes;
  const types = [type('T', native.float), type('U', native.float)];
  const layout = [float('epsilon', epsilon), string('data_format', 'NHWC'), boolean('is_training', true)];
  const attributes = [...types, ...layout, float('exponential_avg_factor', 1)];
  return (x: Tensor, scale: Tensor, shift: Tensor): BatchNormalised => {
    const empty = tf.tensor1d([]);
    // Outside customGrad, which can return a single tensor: the statistics are results too.
    const results = native.many('FusedBatchNormV3', attributes, [x, scale, shift, empty, empty], 6);
    const [value, mean, unbiased, ...reserved] = results as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const differentiable = tf.customGrad((input, factor, _shift, save) => {
      (save as tfjs.GradSaveFunc)([input as Tensor, factor as Tensor, ...reserved]);
      const gradFunc = (dy: Tensor, saved: Tensor[]) =>
        native.many('FusedBatchNormGradV3', [...types, ...layout], [dy, ...saved], 5).slice(0, 3);
      return { value: tf.clone(value), gradFunc };
    });
    const count = x.size / (x.shape.at(-1) ?? 1);
    const variance = tf.mul(unbiased, tf.scalar((count - 1) / count));
    return { output: differentiable(x, scale, shift), mean, variance };
  };
}

/** One random byte decides over a value, which is a fourth of the work of a random float. */
function dropout(tf: typeof tfjs, native: NativeCalls): Operations['dropout'] {
  const { type } = native.attributes;
  const [byte, int] = [type('T', native.byte), type('T', native.int)];
  return (x, rate, seed, salt) => {
    const { threshold, factor } = dropoutBytes(rate);
    const drawn = randomWords(tf, native, Math.ceil(x.size / 4), { seed, salt });
    const quarters = native.one('Bitcast', [int, type('type', native.byte)], [drawn]);
    const shaped = (bytes: Tensor, shape: number[]): Tensor =>
      native.one('Reshape', [byte, type('Tshape', native.int)], [bytes, tf.tensor1d(shape, 'int32')]);
    const places = [tf.tensor1d([0], 'int32'), tf.tensor1d([x.size], 'int32')];
    const bytes = x.size % 4 === 0 ? quarters : native.one('Slice', [byte, type('Index', native.int)], [shaped(quarters, [-1]), ...places]);
    const limit = native.one('Cast', [type('SrcT', native.int), type('DstT', native.byte)], [tf.scalar(threshold, 'int32')]);
    const kept = tf.cast(native.one('GreaterEqual', [byte], [shaped(bytes, x.shape), limit]), 'float32');
    return tf.mul(x, tf.mul(kept, tf.scalar(factor)));
  };
}

function normal(tf: typeof tfjs, native: NativeCalls): Operations['normal'] {
  return (shape, seed, salt) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return normalNumbers(tf, randomWords(tf, native, 2 * size, { seed, salt }), shape);
  };
}

/** Int32 [count] of random bits. */
function randomWords(tf: typeof tfjs, native: NativeCalls, count: number, { seed, salt }: { seed: Tensor; salt: number }): Tensor {
  const { type } = native.attributes;
  const int = type('T', native.int);
  const salted = tf.add(seed, tf.tensor1d([0, salt], 'int32'));
  const attributes = [type('dtype', native.int), int, type('Tseed', native.int)];
  return native.one('StatelessRandomUniformFullInt', attributes, [tf.tensor1d([count], 'int32'), salted]);
}

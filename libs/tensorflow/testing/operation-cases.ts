import type { Tensor } from '@tensorflow/tfjs';

import type { Operations } from '../src/operations/operations.js';

/** One use of the operations, with the same value and gradient on every engine. */
export interface OperationCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly apply: (o: Operations, inputs: readonly [Tensor, Tensor, Tensor], seed: Tensor) => Tensor;
  /** Whether the gradient is what finite differences say; not so where it is stopped on purpose. */
  readonly differentiable?: false;
  /** Why a graph may differ from the same operations one by one in the last digit: TensorFlow reorders factors. */
  readonly rewritten?: true;
}

const image = [2, 5, 5, 3];
const rows = [4, 6];
const same = { stride: 1, padding: 'same' } as const;
const valid = { stride: 2, padding: 'valid' } as const;
const epsilon = 1e-5;

const layers: readonly OperationCase[] = [
  { name: 'conv2d same', shapes: [image, [3, 3, 3, 4]], apply: (o, [x, filter]) => o.conv2d(x, filter, same) },
  { name: 'conv2d valid', shapes: [image, [2, 2, 3, 4]], apply: (o, [x, filter]) => o.conv2d(x, filter, valid) },
  {
    name: 'conv2dTranspose',
    shapes: [[2, 3, 3, 4], [3, 3, 2, 4]],
    apply: (o, [x, filter]) => o.conv2dTranspose(x, filter, [2, 7, 7, 2], valid),
  },
  { name: 'matMul', shapes: [rows, [6, 3]], apply: (o, [a, b]) => o.matMul(a, b) },
  {
    name: 'matMul by one memory in two shapes',
    shapes: [[2, 6], [6, 4], [2, 8]],
    apply: (o, [a, b, c]) => o.concat([o.matMul(a, b), o.matMul(c, o.reshape(b, [8, 3]))], 1),
  },
  { name: 'matMul of batches', shapes: [[2, 2, 3, 4], [2, 2, 4, 5]], apply: (o, [a, b]) => o.matMul(a, b) },
  { name: 'matMul of a batch by one matrix', shapes: [[2, 3, 4], [4, 5]], apply: (o, [a, b]) => o.matMul(a, b) },
  { name: 'transpose', shapes: [[2, 3, 4, 5]], apply: (o, [x]) => o.transpose(x, [0, 2, 3, 1]) },
  { name: 'addBias', shapes: [image, [3]], apply: (o, [x, bias]) => o.addBias(x, bias) },
  { name: 'maxPool', shapes: [[2, 4, 4, 3]], apply: (o, [x]) => o.maxPool(x, 2, 2) },
  { name: 'maxPool with a remainder', shapes: [image], apply: (o, [x]) => o.maxPool(x, 2, 2) },
  { name: 'maxPool of signals', shapes: [[2, 7, 1, 3]], apply: (o, [x]) => o.maxPool(x, [3, 1], 2) },
  { name: 'averagePool', shapes: [image], apply: (o, [x]) => o.averagePool(x, 3, 2), rewritten: true },
  { name: 'averagePool of signals', shapes: [[2, 7, 1, 3]], apply: (o, [x]) => o.averagePool(x, [2, 1], 2) },
  { name: 'pad', shapes: [image], apply: (o, [x]) => o.pad(x, 1, 2) },
  { name: 'normal', shapes: [[3, 5]], apply: (o, [x], seed) => o.mul(x, o.normal([3, 5], seed, 3)) },
  { name: 'dropout', shapes: [image], apply: (o, [x], seed) => o.dropout(x, 0.3, seed, 7) },
];

const normalisations: readonly OperationCase[] = [
  {
    name: 'batchNormTrain of images',
    shapes: [image, [3], [3]],
    apply: (o, [x, scale, shift]) => o.batchNormTrain(x, scale, shift, epsilon).output,
  },
  {
    name: 'batchNormTrain of rows',
    shapes: [[8, 3], [3], [3]],
    apply: (o, [x, scale, shift]) => o.batchNormTrain(x, scale, shift, epsilon).output,
  },
  {
    name: 'batchNormTrain statistics',
    shapes: [image, [3], [3]],
    apply: (o, [x, scale, shift]) => {
      const { output, mean, variance } = o.batchNormTrain(x, scale, shift, epsilon);
      return o.concat([o.reshape(output, [-1]), mean, variance], 0);
    },
    differentiable: false,
  },
  {
    name: 'batchNormEval',
    shapes: [[4, 3], [3], [3]],
    apply: (o, [x, scale, shift]) => {
      const statistics = { mean: o.constant([0.1, -0.2, 0.3], [3]), variance: o.constant([0.5, 1, 1.5], [3]) };
      return o.batchNormEval(x, { scale, shift }, statistics, epsilon);
    },
  },
];

const arithmetic: readonly OperationCase[] = [
  { name: 'relu', shapes: [rows], apply: (o, [x]) => o.relu(x) },
  { name: 'leakyRelu', shapes: [rows], apply: (o, [x]) => o.leakyRelu(x, 0.2) },
  { name: 'tanh', shapes: [rows], apply: (o, [x]) => o.tanh(x) },
  { name: 'sigmoid', shapes: [rows], apply: (o, [x]) => o.sigmoid(x), rewritten: true },
  { name: 'gelu', shapes: [rows], apply: (o, [x]) => o.gelu(o.scale(x, 3)), rewritten: true },
  { name: 'silu', shapes: [rows], apply: (o, [x]) => o.silu(o.scale(x, 3)), rewritten: true },
  { name: 'softmax of batches', shapes: [[2, 3, 2, 4]], apply: (o, [x]) => o.softmax(x), rewritten: true },
  { name: 'rsqrt', shapes: [rows], apply: (o, [x]) => o.rsqrt(o.add(o.square(x), o.constant([0.3], []))), rewritten: true },
  { name: 'softplus', shapes: [rows], apply: (o, [x]) => o.softplus(x) },
  { name: 'softmax', shapes: [rows], apply: (o, [x]) => o.softmax(x), rewritten: true },
  { name: 'logSoftmax', shapes: [rows], apply: (o, [x]) => o.logSoftmax(x) },
  { name: 'add, sub, mul, neg', shapes: [rows, rows, [6]], apply: (o, [a, b, c]) => o.sub(o.mul(a, b), o.add(o.neg(a), c)) },
  { name: 'div, exp', shapes: [rows, rows], apply: (o, [a, b]) => o.div(a, o.exp(b)) },
  {
    name: 'log, square, absolute',
    shapes: [rows],
    apply: (o, [x]) => o.add(o.log(o.add(o.square(x), o.constant([1], []))), o.absolute(x)),
    rewritten: true,
  },
  { name: 'sum over axes', shapes: [image], apply: (o, [x]) => o.sum(x, [1, 2]) },
  { name: 'mean over axes', shapes: [image], apply: (o, [x]) => o.mean(x, [0, 3]) },
  { name: 'mean over everything', shapes: [image], apply: (o, [x]) => o.mean(x) },
  { name: 'clip', shapes: [rows], apply: (o, [x]) => o.clip(x, -0.5, 0.7) },
  {
    name: 'reverseGradient',
    shapes: [rows],
    apply: (o, [x]) => o.reverseGradient(o.square(x), o.constant([0.5], [])),
    differentiable: false,
  },
  { name: 'scale', shapes: [rows], apply: (o, [x]) => o.scale(x, -0.3) },
  { name: 'concat', shapes: [rows, [4, 2]], apply: (o, [a, b]) => o.concat([a, b], 1) },
  { name: 'reshape, slice', shapes: [image], apply: (o, [x]) => o.slice(o.reshape(x, [2, 25, 3]), [0, 3, 1], [-1, 9, -1]) },
  {
    name: 'oneHot, argMax, equal',
    shapes: [rows, rows],
    apply: (o, [a, b]) => o.mul(o.mul(a, o.oneHot(o.argMax(b), 6)), o.equal(o.relu(b), b)),
  },
  { name: 'pack, unpack', shapes: [rows, [3]], apply: (o, [a, b]) => o.pack(o.unpack(o.pack([a, b]), [[2, 5], [17]])) },
  { name: 'stopGradient', shapes: [rows], apply: (o, [x]) => o.mul(x, o.stopGradient(o.square(x))), differentiable: false },
];

/** The conformance suite of `Operations`. */
export const operationCases: readonly OperationCase[] = [...layers, ...normalisations, ...arithmetic];

import type { BatchNormAffine, BatchNormStatistics, Operations, WindowOptions, WindowSize } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { GraphBuilder } from './graph-builder.js';
import {
  BATCH, GraphNode, type Border, type Operation, type PairwiseName, type PointwiseName, type Shape, type Window,
} from './graph-node.js';
import { sizeOf } from './infer-shape.js';
import { NamedVector } from './named-vector.js';
import { isKind } from './simplify.js';

/**
 * Operations that compute nothing: what is written in them becomes a graph, for any number of examples. Only what networks need after
 * their training can be written.
 */
export function recordingOperations(builder: GraphBuilder): Operations {
  return {
    ...layers(builder), ...elementwise(builder), ...shapes(builder), ...categories(builder), ...withoutUse(),
    stopGradient: (x) => x,
    reverseGradient: (x) => x,
  };
}

/** A node in place of the tensor that it stands for. */
export function asTensor(node: GraphNode | NamedVector): Tensor {
  return node as unknown as Tensor;
}

/** The node that stands for a tensor. @throws TypeError for a tensor of an engine */
export function nodeOf(tensor: Tensor): GraphNode {
  const node: unknown = tensor;
  if (node instanceof GraphNode) return node;
  throw new TypeError('a graph is written of what its operations gave: expected a node of it, found another tensor');
}

type Recorded<Names extends keyof Operations> = Pick<Operations, Names>;
type Record1 = (operation: Operation, ...tensors: Tensor[]) => Tensor;

function recorder(builder: GraphBuilder): Record1 {
  return (operation, ...tensors) => asTensor(builder.node(operation, ...tensors.map(nodeOf)));
}

type Layers = 'conv2d' | 'conv2dTranspose' | 'matMul' | 'addBias' | 'batchNormEval' | 'maxPool' | 'averagePool' | 'pad';

function layers(builder: GraphBuilder): Recorded<Layers> {
  const record = recorder(builder);
  return {
    conv2d: (x, filter, options) => (
      record({ kind: 'conv2d', channels: 'last', stride: options.stride, border: border(x.shape, filter.shape, options) }, x, filter)
    ),
    conv2dTranspose: (x, filter, outputShape, { stride, padding }) => (
      record({ kind: 'conv2dTranspose', channels: 'last', stride, ...fitted(x.shape, filter.shape, outputShape, { stride, padding }) },
        x, filter)
    ),
    matMul: (a, b) => record({ kind: 'matMul' }, a, b),
    addBias: (x, bias) => asTensor(biased(builder, nodeOf(x), nodeOf(bias))),
    batchNormEval: (x, { scale, shift }: BatchNormAffine, { mean, variance }: BatchNormStatistics, epsilon) => (
      record({ kind: 'batchNorm', channels: 'last', epsilon }, x, scale, shift, mean, variance)
    ),
    maxPool: (x, size, stride) => record({ kind: 'pool', name: 'max', channels: 'last', window: sides(size), stride }, x),
    averagePool: (x, size, stride) => record({ kind: 'pool', name: 'average', channels: 'last', window: sides(size), stride }, x),
    pad: (x, rows, columns) => record({ kind: 'pad', channels: 'last', rows, columns }, x),
  };
}

function sides(size: WindowSize): Window {
  return typeof size === 'number' ? [size, size] : size;
}

/** A bias becomes part of the layer in front of it. */
function biased(builder: GraphBuilder, x: GraphNode, bias: GraphNode): GraphNode {
  const isConvolution = isKind(x, 'conv2d') || isKind(x, 'conv2dTranspose');
  if (isConvolution && x.inputs.length === 2) return builder.node(x.operation, ...x.inputs, bias);
  const [, weight] = x.inputs;
  const isLinear = isKind(x, 'matMul') && weight !== undefined && isKind(weight, 'constant') && weight.rank === 2
    && isKind(bias, 'constant');
  return isLinear ? builder.node({ kind: 'linear', channels: 'last' }, ...x.inputs, bias) : builder.node(pairwise('add'), x, bias);
}

/** What TensorFlow's padding puts around an image: under `same`, the odd pixel goes to the bottom and to the right. */
function border(x: Shape, filter: Shape, { stride, padding }: WindowOptions): Border {
  const sides = [1, 2].map((axis) => {
    if (padding === 'valid') return [0, 0] as const;
    const [size, window] = [sizeOf(x, axis), sizeOf(filter, axis - 1)];
    const all = Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
    return [Math.floor(all / 2), Math.ceil(all / 2)] as const;
  });
  const [[top, bottom] = [0, 0], [left, right] = [0, 0]] = sides;
  return { top, bottom, left, right };
}

/** What a transposed convolution takes off its output, and what follows it, for the output to have the wanted size. */
function fitted(x: Shape, filter: Shape, output: Shape, options: WindowOptions): { cut: Border; added: Border } {
  const whole = border(output, filter, options);
  const missing = [1, 2].map((axis) => {
    const [before, after] = axis === 1 ? [whole.top, whole.bottom] : [whole.left, whole.right];
    return sizeOf(output, axis) - ((sizeOf(x, axis) - 1) * options.stride + sizeOf(filter, axis - 1) - before - after);
  });
  const [rows = 0, columns = 0] = missing;
  if (missing.some((count) => count < 0 || count >= options.stride)) {
    throw new TypeError(`a transposed convolution of [${x.join()}] by [${filter.join()}] gives no [${output.join()}]`);
  }
  return { cut: whole, added: { top: 0, left: 0, bottom: rows, right: columns } };
}

function pairwise(name: PairwiseName): Operation {
  return { kind: 'pairwise', name };
}

type Elementwise = 'relu' | 'leakyRelu' | 'tanh' | 'sigmoid' | 'gelu' | 'silu' | 'square' | 'absolute' | 'exp' | 'log' | 'rsqrt'
  | 'add' | 'sub' | 'mul' | 'div' | 'clip' | 'scale' | 'neg' | 'softplus' | 'softmax' | 'logSoftmax' | 'equal';

function elementwise(builder: GraphBuilder): Recorded<Elementwise> {
  const record = recorder(builder);
  const pointwise = (name: PointwiseName) => (x: Tensor): Tensor => record({ kind: 'pointwise', name }, x);
  const ofTwo = (name: PairwiseName) => (a: Tensor, b: Tensor): Tensor => record(pairwise(name), a, b);
  return {
    relu: pointwise('relu'), tanh: pointwise('tanh'), sigmoid: pointwise('sigmoid'), square: pointwise('square'),
    absolute: pointwise('absolute'), exp: pointwise('exp'), log: pointwise('log'), rsqrt: pointwise('rsqrt'),
    neg: pointwise('neg'), softplus: pointwise('softplus'), gelu: pointwise('gelu'), silu: pointwise('silu'),
    leakyRelu: (x, slope) => record({ kind: 'leakyRelu', slope }, x),
    clip: (x, least, most) => record({ kind: 'clip', least, most }, x),
    softmax: (x) => record({ kind: 'rowwise', name: 'softmax' }, x),
    logSoftmax: (x) => record({ kind: 'rowwise', name: 'logSoftmax' }, x),
    add: ofTwo('add'), sub: ofTwo('sub'), mul: ofTwo('mul'), div: ofTwo('div'), equal: ofTwo('equal'),
    scale: (x, factor) => record(pairwise('mul'), x, constant(builder, [factor], [])),
  };
}

function shapes(
  builder: GraphBuilder,
): Recorded<'concat' | 'reshape' | 'transpose' | 'slice' | 'sum' | 'mean' | 'constant' | 'unpack' | 'pack'> {
  const record = recorder(builder);
  const reduce = (name: 'sum' | 'mean') => (x: Tensor, axes?: readonly number[]): Tensor => {
    const { rank } = nodeOf(x);
    const places = (axes ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis));
    return record({ kind: 'reduce', name, axes: [...places].sort((a, b) => a - b) }, x);
  };
  return {
    concat: (tensors, axis) => record({ kind: 'concat', axis: axis < 0 ? axis + (tensors[0]?.rank ?? 0) : axis }, ...tensors),
    reshape: (x, shape) => asTensor(reshaped(builder, nodeOf(x), shape)),
    transpose: (x, order) => {
      const examples = x.shape.indexOf(BATCH);
      if (examples !== -1 && order[examples] !== examples) {
        throw new TypeError(`[${x.shape.join()}] cannot be transposed by [${order.join()}]: examples (-1) stay in their place`);
      }
      return record({ kind: 'transpose', order }, x);
    },
    slice: (x, begin, size) => asTensor(x instanceof NamedVector ? x.part(builder, begin, size) : sliced(builder, nodeOf(x), begin, size)),
    sum: reduce('sum'),
    mean: reduce('mean'),
    constant: (values, shape) => constant(builder, values, shape),
    unpack: (flat, pieces) => {
      const vector: unknown = flat;
      if (!(vector instanceof NamedVector)) throw notRecorded('unpack', 'of anything but parameters');
      return vector.unpacked(builder, pieces).map(asTensor);
    },
    pack: () => { throw notRecorded('pack'); },
  };
}

/** With one open size left open only where it counts examples. */
function reshaped(builder: GraphBuilder, x: GraphNode, shape: Shape): GraphNode {
  const node = builder.node({ kind: 'reshape', shape }, x);
  return isKind(node, 'reshape') && !x.shape.includes(BATCH) ? builder.node({ kind: 'reshape', shape: node.shape }, x) : node;
}

function sliced(builder: GraphBuilder, x: GraphNode, begin: readonly number[], size: readonly number[]): GraphNode {
  const from = x.shape.map((_, axis) => begin[axis] ?? 0);
  const lengths = x.shape.map((whole, axis) => {
    const length = size[axis] ?? -1;
    return length === -1 && whole !== BATCH ? whole - sizeOf(from, axis) : length;
  });
  return builder.node({ kind: 'slice', begin: from, size: lengths }, x);
}

function constant(builder: GraphBuilder, values: readonly number[], shape: readonly number[]): Tensor {
  return asTensor(builder.node({ kind: 'constant', name: null, shape, values: Float32Array.from(values) }));
}

function categories(builder: GraphBuilder): Recorded<'oneHot' | 'argMax'> {
  const record = recorder(builder);
  return {
    oneHot: (labels, classes) => record({ kind: 'oneHot', classes }, labels),
    argMax: (x) => record({ kind: 'argMax' }, x),
  };
}

/** What training alone needs. */
function withoutUse(): Recorded<'batchNormTrain' | 'dropout' | 'normal' | 'gradients'> {
  return {
    batchNormTrain: () => { throw notRecorded('batchNormTrain'); },
    dropout: () => { throw notRecorded('dropout'); },
    normal: () => { throw notRecorded('normal'); },
    gradients: () => { throw notRecorded('gradients'); },
  };
}

function notRecorded(operation: string, of = ''): TypeError {
  return new TypeError(`expected operations of trained networks in evaluation mode, found ${operation}${of === '' ? '' : ` ${of}`}`);
}

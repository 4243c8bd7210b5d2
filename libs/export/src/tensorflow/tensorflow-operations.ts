import type { GraphNode, OperationOf, Shape } from '../graph/graph-node.js';
import { sizeOf } from '../graph/infer-shape.js';
import type { TensorFlowAttribute, TensorFlowNode, TypeName } from './tensorflow-node.js';

/** Adds to a graph of TensorFlow; both give the name of what they add. */
export interface TensorFlowWriter {
  /** @param attributes those of float32 numbers alone, unless there are others */
  readonly step: (operation: string, inputs: readonly string[], attributes?: TensorFlowNode['attributes']) => string;
  readonly constant: (values: Float32Array | Int32Array, shape: Shape) => string;
}

type Attributes = TensorFlowNode['attributes'];

/** The type of the numbers of an operation. */
export const FLOAT: Attributes = { T: { type: 'DT_FLOAT' } };
const LAST: Attributes = { ...FLOAT, data_format: { text: 'NHWC' } };
const MATRICES: Attributes = { ...FLOAT, transpose_a: { flag: false }, transpose_b: { flag: false } };
const INT: TensorFlowAttribute = { type: 'DT_INT32' };

function cast(from: TypeName, to: TypeName): Attributes {
  return { SrcT: { type: from }, DstT: { type: to } };
}

const POINTWISE: Readonly<Record<Exclude<OperationOf<'pointwise'>['name'], 'gelu' | 'silu'>, string>> = {
  relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', square: 'Square', absolute: 'Abs', exp: 'Exp', log: 'Log', neg: 'Neg',
  softplus: 'Softplus', rsqrt: 'Rsqrt',
};

const PAIRWISE = { add: 'AddV2', sub: 'Sub', mul: 'Mul', div: 'RealDiv' } as const;

/** Writes the steps of a node with the channels last. @param inputs names of what it reads. @returns the name of what it gives */
export function tensorFlowSteps(node: GraphNode, inputs: readonly string[], writer: TensorFlowWriter): string {
  const { operation } = node;
  const { step } = writer;
  const [x = '', second = '', bias] = inputs;
  switch (operation.kind) {
    case 'input': case 'constant':
      throw new TypeError(`${operation.kind} is no step`);
    case 'linear':
      return step('BiasAdd', [matMulStep(node, [x, second], writer), bias ?? ''], LAST);
    case 'matMul':
      return matMulStep(node, inputs, writer);
    case 'pad':
      return padStep(operation, x, writer);
    case 'conv2d': case 'conv2dTranspose': case 'pool':
      return windowSteps(operation, node.shape, inputs, writer);
    case 'batchNorm':
      return batchNormSteps(operation, node.shape, inputs, writer);
    case 'pointwise':
      return pointwiseSteps(operation, x, writer);
    case 'leakyRelu':
      return step('LeakyRelu', inputs, { ...FLOAT, alpha: { float: operation.slope } });
    case 'clip':
      return step('ClipByValue', [x, ...[operation.least, operation.most].map((bound) => writer.constant(Float32Array.of(bound), []))]);
    case 'rowwise':
      return step(operation.name === 'softmax' ? 'Softmax' : 'LogSoftmax', inputs);
    case 'pairwise':
      return operation.name === 'equal'
        ? step('Cast', [step('Equal', inputs)], cast('DT_BOOL', 'DT_FLOAT'))
        : step(PAIRWISE[operation.name], inputs);
    default:
      return movingSteps(node, inputs, writer);
  }
}

function pointwiseSteps({ name }: OperationOf<'pointwise'>, x: string, { step, constant }: TensorFlowWriter): string {
  if (name === 'silu') return step('Mul', [x, step('Sigmoid', [x])]);
  if (name !== 'gelu') return step(POINTWISE[name], [x]);
  const number = (value: number): string => constant(Float32Array.of(value), []);
  const error = step('Erf', [step('Mul', [x, number(Math.SQRT1_2)])]);
  return step('Mul', [step('Mul', [x, number(0.5)]), step('AddV2', [error, number(1)])]);
}

/** MatMul takes two matrices alone. */
function matMulStep({ inputs: [x, y] }: GraphNode, names: readonly string[], { step }: TensorFlowWriter): string {
  const isBatch = [x, y].some((one) => (one?.rank ?? 2) > 2);
  return isBatch
    ? step('BatchMatMulV2', names, { ...FLOAT, adj_x: { flag: false }, adj_y: { flag: false } })
    : step('MatMul', names, MATRICES);
}

function padStep({ rows, columns }: OperationOf<'pad'>, x: string, { step, constant }: TensorFlowWriter): string {
  const sides = constant(Int32Array.of(0, 0, rows, rows, columns, columns, 0, 0), [4, 2]);
  return step('Pad', [x, sides], { ...FLOAT, Tpaddings: INT });
}

type Windowed = OperationOf<'conv2d'> | OperationOf<'conv2dTranspose'> | OperationOf<'pool'>;

/** Every border here is what TensorFlow puts around an image by itself. */
function windowSteps(operation: Windowed, shape: Shape, inputs: readonly string[], writer: TensorFlowWriter): string {
  const { step } = writer;
  const [x = '', filter = '', bias] = inputs;
  const { stride } = operation;
  const window = { ...LAST, strides: { integers: [1, stride, stride, 1] } };
  if (operation.kind === 'pool') {
    const attributes = { ...window, ksize: { integers: [1, ...operation.window, 1] }, padding: { text: 'VALID' } };
    return step(operation.name === 'max' ? 'MaxPool' : 'AvgPool', [x], attributes);
  }
  const border = operation.kind === 'conv2d' ? operation.border : operation.cut;
  const isBare = Object.values(border).every((pixels) => pixels === 0);
  const attributes = { ...window, padding: { text: isBare ? 'VALID' : 'SAME' }, dilations: { integers: [1, 1, 1, 1] } };
  const result = operation.kind === 'conv2d'
    ? step('Conv2D', [x, filter], attributes)
    : step('Conv2DBackpropInput', [outputShape(x, shape, writer), filter, x], attributes);
  return bias === undefined ? result : step('BiasAdd', [result, bias], LAST);
}

/** The shape of images whose number is that of x. */
function outputShape(x: string, shape: Shape, { step, constant }: TensorFlowWriter): string {
  const place = (index: number): string => constant(Int32Array.of(index), [1]);
  const examples = step(
    'StridedSlice', [step('Shape', [x], { ...FLOAT, out_type: INT }), place(0), place(1), place(1)],
    { T: INT, Index: INT, shrink_axis_mask: { integer: 1 } },
  );
  const sizes = shape.slice(1).map((size) => constant(Int32Array.of(size), []));
  return step('Pack', [examples, ...sizes], { T: INT, N: { integer: sizes.length + 1 }, axis: { integer: 0 } });
}

/** TensorFlow's operation takes images alone; a matrix is a batch of images of one pixel. */
function batchNormSteps(
  { epsilon }: OperationOf<'batchNorm'>, shape: Shape, [x = '', ...state]: readonly string[], { step, constant }: TensorFlowWriter,
): string {
  const reshaped = (from: string, to: Shape): string => step('Reshape', [from, constant(Int32Array.from(to), [to.length])], RESHAPED);
  const images = shape.length === 4 ? x : reshaped(x, [-1, 1, 1, sizeOf(shape, shape.length - 1)]);
  const attributes = { ...LAST, U: { type: 'DT_FLOAT' }, epsilon: { float: epsilon }, is_training: { flag: false } } as const;
  const normalised = step('FusedBatchNormV3', [images, ...state], attributes);
  return shape.length === 4 ? normalised : reshaped(normalised, shape);
}

const RESHAPED: Attributes = { ...FLOAT, Tshape: INT };

/** What sums numbers up, or puts them elsewhere. */
function movingSteps({ operation, inputs: [source] }: GraphNode, inputs: readonly string[], { step, constant }: TensorFlowWriter): string {
  const integers = (values: readonly number[]): string => constant(Int32Array.from(values), [values.length]);
  const [x = ''] = inputs;
  switch (operation.kind) {
    case 'reduce':
      return step(
        operation.name === 'sum' ? 'Sum' : 'Mean', [x, integers(operation.axes)], { ...FLOAT, Tidx: INT, keep_dims: { flag: false } },
      );
    case 'concat':
      return step(
        'ConcatV2', [...inputs, constant(Int32Array.of(operation.axis), [])], { ...FLOAT, Tidx: INT, N: { integer: inputs.length } },
      );
    case 'reshape':
      return step('Reshape', [x, integers(operation.shape)], RESHAPED);
    case 'slice':
      return step('Slice', [x, integers(operation.begin), integers(operation.size)], { ...FLOAT, Index: INT });
    case 'transpose':
      return step('Transpose', [x, integers(operation.order)], { ...FLOAT, Tperm: INT });
    case 'oneHot': {
      const scalars = [operation.classes, 1, 0].map((value) => constant(Int32Array.of(value), []));
      const whole = step('Cast', [x], cast('DT_FLOAT', 'DT_INT32'));
      // In whole numbers: tfjs on WebAssembly writes these, whatever type is asked for.
      return step('Cast', [step('OneHot', [whole, ...scalars], { T: INT, TI: INT, axis: { integer: -1 } })], cast('DT_INT32', 'DT_FLOAT'));
    }
    case 'argMax': {
      const last = constant(Int32Array.of((source?.rank ?? 1) - 1), []);
      return step('Cast', [step('ArgMax', [x, last], { ...FLOAT, Tidx: INT, output_type: INT })], cast('DT_INT32', 'DT_FLOAT'));
    }
    default:
      throw new TypeError(`there is no step for ${operation.kind}`);
  }
}

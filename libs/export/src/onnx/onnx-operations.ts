import { BATCH, type Border, type GraphNode, type OperationOf, type Shape } from '../graph/graph-node.js';
import { sizeOf } from '../graph/infer-shape.js';

export type OnnxAttribute = { readonly float: number } | { readonly int: number } | { readonly ints: readonly number[] };

/** Adds to a graph of ONNX; both give the name of what they add. */
export interface OnnxWriter {
  readonly tensor: (values: Float32Array | BigInt64Array, shape: Shape) => string;
  readonly step: (operation: string, inputs: readonly string[], attributes?: Readonly<Record<string, OnnxAttribute>>) => string;
}

const FLOAT = { to: { int: 1 } };

/** Writes the steps of a node with the channels first. @param inputs names of what it reads. @returns the name of what it gives */
export function onnxSteps(node: GraphNode, inputs: readonly string[], writer: OnnxWriter): string {
  const { operation } = node;
  const { step } = writer;
  const [x = ''] = inputs;
  switch (operation.kind) {
    case 'input': case 'constant':
      throw new TypeError(`${operation.kind} is no step`);
    case 'linear':
      return node.rank === 2 ? step('Gemm', inputs, { transB: { int: 1 } }) : linearSteps(inputs, writer);
    case 'matMul':
      return step('MatMul', inputs);
    case 'conv2d': case 'conv2dTranspose': case 'pool':
      return windowSteps(node as GraphNode & { operation: Windowed }, inputs, writer);
    case 'batchNorm':
      return step('BatchNormalization', inputs, { epsilon: { float: operation.epsilon } });
    case 'pointwise':
      return pointwiseSteps(operation, x, writer);
    case 'pad':
      return padSteps(operation, x, writer);
    case 'leakyRelu':
      return step('LeakyRelu', inputs, { alpha: { float: operation.slope } });
    case 'clip':
      return step('Clip', [x, ...[operation.least, operation.most].map((bound) => writer.tensor(Float32Array.of(bound), []))]);
    case 'rowwise':
      return step(operation.name === 'softmax' ? 'Softmax' : 'LogSoftmax', inputs, { axis: { int: -1 } });
    case 'pairwise':
      return operation.name === 'equal' ? step('Cast', [step('Equal', inputs)], FLOAT) : step(PAIRWISE[operation.name], inputs);
    case 'oneHot':
      return oneHotSteps(operation, node.inputs[0]?.shape ?? [], x, writer);
    case 'argMax':
      return step('Cast', [step('ArgMax', inputs, { axis: { int: -1 }, keepdims: { int: 0 } })], FLOAT);
    case 'reduce': case 'concat': case 'reshape': case 'slice': case 'transpose':
      return movingSteps(operation, inputs, writer);
  }
}

type Composed = 'square' | 'rsqrt' | 'gelu' | 'silu';

const POINTWISE: Readonly<Record<Exclude<OperationOf<'pointwise'>['name'], Composed>, string>> = {
  relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid', absolute: 'Abs', exp: 'Exp', log: 'Log', neg: 'Neg', softplus: 'Softplus',
};

function pointwiseSteps({ name }: OperationOf<'pointwise'>, x: string, { step, tensor }: OnnxWriter): string {
  const number = (value: number): string => tensor(Float32Array.of(value), []);
  switch (name) {
    case 'square':
      return step('Mul', [x, x]);
    case 'rsqrt':
      return step('Reciprocal', [step('Sqrt', [x])]);
    case 'silu':
      return step('Mul', [x, step('Sigmoid', [x])]);
    case 'gelu': {
      const error = step('Erf', [step('Mul', [x, number(Math.SQRT1_2)])]);
      return step('Mul', [step('Mul', [x, number(0.5)]), step('Add', [error, number(1)])]);
    }
    default:
      return step(POINTWISE[name], [x]);
  }
}

/** Gemm takes matrices alone. */
function linearSteps([x = '', weight = '', bias = '']: readonly string[], { step }: OnnxWriter): string {
  return step('Add', [step('MatMul', [x, step('Transpose', [weight], { perm: { ints: [1, 0] } })]), bias]);
}

function padSteps({ rows, columns }: OperationOf<'pad'>, x: string, { step, tensor }: OnnxWriter): string {
  const side = [0n, 0n, BigInt(rows), BigInt(columns)];
  return step('Pad', [x, tensor(BigInt64Array.from([...side, ...side]), [8])]);
}

const PAIRWISE = { add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div' } as const;

type Windowed = OperationOf<'conv2d'> | OperationOf<'conv2dTranspose'> | OperationOf<'pool'>;

function windowSteps(
  { operation, inputs: [, filter] }: GraphNode & { operation: Windowed }, inputs: readonly string[], { step }: OnnxWriter,
): string {
  const strides = { ints: [operation.stride, operation.stride] };
  if (operation.kind === 'pool') {
    return step(operation.name === 'max' ? 'MaxPool' : 'AveragePool', inputs, { kernel_shape: { ints: operation.window }, strides });
  }
  const shape = filter?.shape ?? [];
  const window = { kernel_shape: { ints: [sizeOf(shape, 2), sizeOf(shape, 3)] }, strides };
  if (operation.kind === 'conv2d') return step('Conv', inputs, { ...window, pads: pads(operation.border) });
  const { cut, added: { bottom, right } } = operation;
  return step('ConvTranspose', inputs, { ...window, pads: pads(cut), output_padding: { ints: [bottom, right] } });
}

/** Beginnings of all axes, then their ends. */
function pads({ top, left, bottom, right }: Border): OnnxAttribute {
  return { ints: [top, left, bottom, right] };
}

type Moving = OperationOf<'reduce'> | OperationOf<'concat'> | OperationOf<'reshape'> | OperationOf<'slice'> | OperationOf<'transpose'>;

/** What sums numbers up, or puts them elsewhere. */
function movingSteps(operation: Moving, inputs: readonly string[], writer: OnnxWriter): string {
  const { step } = writer;
  const [x = ''] = inputs;
  const integers = (values: readonly number[]): string => writer.tensor(BigInt64Array.from(values.map(BigInt)), [values.length]);
  switch (operation.kind) {
    case 'reduce':
      return operation.name === 'sum'
        ? step('ReduceSum', [x, integers(operation.axes)], { keepdims: { int: 0 } })
        : step('ReduceMean', [x], { axes: { ints: operation.axes }, keepdims: { int: 0 } });
    case 'concat':
      return step('Concat', inputs, { axis: { int: operation.axis } });
    case 'reshape':
      return step('Reshape', [x, integers(operation.shape)]);
    case 'slice': {
      const { begin, size } = operation;
      const axes = size.flatMap((length, axis) => (length === BATCH ? [] : [axis]));
      const from = axes.map((axis) => sizeOf(begin, axis));
      const to = axes.map((axis) => sizeOf(begin, axis) + sizeOf(size, axis));
      return step('Slice', [x, integers(from), integers(to), integers(axes)]);
    }
    case 'transpose':
      return step('Transpose', inputs, { perm: { ints: operation.order } });
  }
}

/** 1 where the label is the class: not all runtimes have OneHot of these types. */
function oneHotSteps({ classes }: OperationOf<'oneHot'>, labels: Shape, x: string, { step, tensor }: OnnxWriter): string {
  const single = step('Reshape', [x, tensor(BigInt64Array.from([...labels, 1].map(BigInt)), [labels.length + 1])]);
  const numbers = tensor(Float32Array.from({ length: classes }, (_, index) => index), [classes]);
  return step('Cast', [step('Equal', [single, numbers])], FLOAT);
}

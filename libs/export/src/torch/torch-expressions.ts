import { BATCH, type Border, type GraphNode, type OperationOf, type Shape } from '../graph/graph-node.js';
import { sizeOf } from '../graph/infer-shape.js';

/** Code for the parameter or layer of a node. */
export interface TorchPlaces {
  /** A constant: "self.encoder.conv1.weight", or a number. */
  readonly constant: (node: GraphNode) => string;
  /** The layer whose parameters a node reads: "self.encoder.conv1"; null: they belong to no layer. */
  readonly layer: (node: GraphNode) => string | null;
}

/** What a node computes as an expression of PyTorch. @param of code for its inputs */
export function torchExpression(node: GraphNode, of: readonly string[], { layer }: TorchPlaces): string {
  const { operation } = node;
  const [x = '', second = '', ...others] = of;
  const applied = layer(node);
  switch (operation.kind) {
    case 'input': case 'constant':
      throw new TypeError(`${operation.kind} is no expression`);
    case 'linear':
      return applied === null ? `F.linear(${of.map(bare).join(', ')})` : `${applied}(${bare(x)})`;
    case 'matMul':
      return `(${x} @ ${second})`;
    case 'conv2d':
      return convolution(operation, applied, of);
    case 'conv2dTranspose':
      return transposedConvolution(node as GraphNode & { operation: OperationOf<'conv2dTranspose'> }, applied, of);
    case 'batchNorm': {
      const [shift = '', mean = '', variance = ''] = others;
      const statistics = [mean, variance, second, shift].join(', ');
      return applied === null ? `F.batch_norm(${bare(x)}, ${statistics}, eps=${operation.epsilon})` : `${applied}(${bare(x)})`;
    }
    case 'pad':
      return `F.pad(${bare(x)}, (${[operation.columns, operation.columns, operation.rows, operation.rows].join(', ')}))`;
    case 'pool':
      return `F.${operation.name === 'max' ? 'max' : 'avg'}_pool2d(${bare(x)}, ${pair(operation.window)}, ${operation.stride})`;
    case 'pointwise':
      return POINTWISE[operation.name](bare(x));
    case 'leakyRelu':
      return `F.leaky_relu(${bare(x)}, ${operation.slope})`;
    case 'clip':
      return `${x}.clamp(${operation.least}, ${operation.most})`;
    case 'rowwise':
      return `F.${operation.name === 'softmax' ? 'softmax' : 'log_softmax'}(${bare(x)}, -1)`;
    case 'pairwise':
      return operation.name === 'equal' ? `(${x} == ${second}).float()` : `(${x} ${PAIRWISE[operation.name]} ${second})`;
    default:
      return moved(node, x, of);
  }
}

const POINTWISE: Readonly<Record<OperationOf<'pointwise'>['name'], (x: string) => string>> = {
  relu: (x) => `F.relu(${x})`, tanh: (x) => `torch.tanh(${x})`, sigmoid: (x) => `torch.sigmoid(${x})`,
  square: (x) => `torch.square(${x})`, absolute: (x) => `torch.abs(${x})`, exp: (x) => `torch.exp(${x})`, log: (x) => `torch.log(${x})`,
  neg: (x) => `torch.neg(${x})`, softplus: (x) => `F.softplus(${x})`,
  rsqrt: (x) => `torch.rsqrt(${x})`, gelu: (x) => `F.gelu(${x})`, silu: (x) => `F.silu(${x})`,
};

const PAIRWISE = { add: '+', sub: '-', mul: '*', div: '/' } as const;

/** What sums numbers up, or puts them elsewhere. */
function moved({ operation, inputs }: GraphNode, x: string, of: readonly string[]): string {
  switch (operation.kind) {
    case 'reduce':
      return `${x}.${operation.name}(${tuple(operation.axes)})`;
    case 'concat':
      return `torch.cat([${of.map(bare).join(', ')}], ${operation.axis})`;
    case 'reshape':
      return `${x}.reshape(${operation.shape.join(', ')})`;
    case 'slice':
      return `${x}[${slices(operation, inputs[0]?.shape ?? [])}]`;
    case 'transpose':
      return `${x}.permute(${operation.order.join(', ')})`;
    case 'oneHot':
      // The place of the largest number, written where it is read, is whole already.
      return `F.one_hot(${x.endsWith(FLOAT) ? x.slice(0, -FLOAT.length) : `${x}.long()`}, ${operation.classes}).float()`;
    case 'argMax':
      return `${x}.argmax(-1)${FLOAT}`;
    default:
      throw new TypeError(`there is no expression for ${operation.kind}`);
  }
}

/** Makes float32 of whole numbers. */
const FLOAT = '.float()';

function tuple(numbers: readonly number[]): string {
  return numbers.length === 1 ? String(numbers[0]) : `(${numbers.join(', ')})`;
}

function slices({ begin, size }: OperationOf<'slice'>, whole: Shape): string {
  const parts = size.map((length, axis) => {
    const from = sizeOf(begin, axis);
    if (length === BATCH || length === whole[axis]) return ':';
    return `${from === 0 ? '' : from}:${from + length === whole[axis] ? '' : from + length}`;
  });
  while (parts.at(-1) === ':') parts.pop();
  return parts.join(', ');
}

/** PyTorch's order: left, right, top, bottom. */
function padded(x: string, { top, bottom, left, right }: Border): string {
  return [top, bottom, left, right].some((pixels) => pixels !== 0) ? `F.pad(${x}, (${left}, ${right}, ${top}, ${bottom}))` : x;
}

/** Pixels on both sides alike, [rows, columns]; null: they differ. */
export function evenBorder({ top, bottom, left, right }: Border): [number, number] | null {
  return top === bottom && left === right ? [top, left] : null;
}

function convolution({ border, stride }: OperationOf<'conv2d'>, applied: string | null, of: readonly string[]): string {
  const [x = '', ...weights] = of;
  const even = evenBorder(border);
  const input = even === null ? padded(x, border) : x;
  if (applied !== null) return `${applied}(${input})`;
  return `F.conv2d(${[input, ...weights].join(', ')}, stride=${stride}, padding=${tuple(even ?? [0, 0])})`;
}

/** Without its border first, from which an uneven part is cut off. */
function transposedConvolution(
  { operation: { cut, added, stride }, shape }: GraphNode & { operation: OperationOf<'conv2dTranspose'> },
  applied: string | null, of: readonly string[],
): string {
  const even = evenBorder(cut);
  const options = `stride=${stride}, padding=${tuple(even ?? [0, 0])}, output_padding=${tuple([added.bottom, added.right])}`;
  const whole = applied === null ? `F.conv_transpose2d(${of.join(', ')}, ${options})` : `${applied}(${of[0] ?? ''})`;
  if (even !== null) return whole;
  const [height, width] = [sizeOf(shape, 2), sizeOf(shape, 3)];
  return `${whole}[:, :, ${cut.top}:${cut.top + height}, ${cut.left}:${cut.left + width}]`;
}


/** One number if both are the same, as PyTorch takes it. */
export function pair([first, second]: readonly [number, number]): string {
  return first === second ? String(first) : `(${first}, ${second})`;
}

/** An expression without brackets around all of it. */
export function bare(expression: string): string {
  const inner = /^\((.*)\)$/.exec(expression)?.[1];
  return inner !== undefined && isBalanced(inner) ? inner : expression;
}

/** Whether no bracket is closed that was not opened before. */
function isBalanced(expression: string): boolean {
  let open = 0;
  for (const character of expression) {
    if (character === '(') open += 1;
    if (character === ')') open -= 1;
    if (open < 0) return false;
  }
  return open === 0;
}

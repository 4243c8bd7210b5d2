import { BATCH, elements, type Channels, type GraphNode, type Operation, type OperationOf, type Shape } from './graph-node.js';

/** The shape of what an operation gives. @throws TypeError if it does not fit its inputs, or mixes examples */
export function inferShape(operation: Operation, inputs: readonly GraphNode[]): Shape {
  const shapes = inputs.map(({ shape }) => shape);
  const [x = [], second = []] = shapes;
  switch (operation.kind) {
    case 'input':
    case 'constant':
      return operation.shape;
    case 'linear':
      return product(x, operation.channels === 'last' ? second : [...second].reverse());
    case 'matMul':
      return product(x, second);
    case 'conv2d':
    case 'conv2dTranspose':
    case 'pool':
      return windowed(operation, x, second);
    case 'pad':
      return padded(operation, x);
    case 'pairwise':
      return broadcast(x, second);
    case 'reduce':
      return x.filter((_, axis) => !operation.axes.includes(axis));
    case 'concat':
      return joined(operation.axis, shapes);
    case 'reshape':
      return reshaped(x, operation.shape);
    case 'slice':
      return sliced(operation, x);
    case 'transpose':
      return operation.order.map((axis) => sizeOf(x, axis));
    case 'oneHot':
      return [...x, operation.classes];
    case 'argMax':
      return x.slice(0, -1);
    case 'batchNorm':
    case 'pointwise':
    case 'leakyRelu':
    case 'clip':
    case 'rowwise':
      return x;
  }
}

/** The size of a dimension. */
export function sizeOf(shape: Shape, axis: number): number {
  const size = shape[axis];
  if (size === undefined) throw new TypeError(`[${shape.join()}] has no dimension ${axis}`);
  return size;
}

function product(x: Shape, matrix: Shape): Shape {
  const [before, batch] = [x.slice(0, -1), matrix.slice(0, -2)];
  const isOne = batch.length === 0;
  const isAlike = isOne || (x.length === matrix.length && batch.every((size, axis) => size === x[axis]));
  if (x.length < 2 || matrix.length < 2 || !isAlike || x.at(-1) !== matrix.at(-2)) {
    throw new TypeError(`expected matrices that can be multiplied, found [${x.join()}] and [${matrix.join()}]`);
  }
  return [...before, sizeOf(matrix, matrix.length - 1)];
}

function padded({ channels, rows, columns }: OperationOf<'pad'>, x: Shape): Shape {
  const { height, width } = placesOf(channels);
  return x.map((size, axis) => size + (axis === height ? 2 * rows : 0) + (axis === width ? 2 * columns : 0));
}

/** Places of height, width and channels in a shape. */
function placesOf(channels: Channels): { height: number; width: number; channels: number } {
  return channels === 'last' ? { height: 1, width: 2, channels: 3 } : { height: 2, width: 3, channels: 1 };
}

type Windowed = OperationOf<'conv2d'> | OperationOf<'conv2dTranspose'> | OperationOf<'pool'>;

function windowed(operation: Windowed, x: Shape, filter: Shape): Shape {
  if (x.length !== 4) throw new TypeError(`expected images of four dimensions, found [${x.join()}]`);
  const places = placesOf(operation.channels);
  const sides = operation.channels === 'last' ? [0, 1] : [2, 3];
  const side = (place: number, index: 0 | 1): number => {
    const size = sizeOf(x, place);
    if (operation.kind === 'pool') return Math.floor((size - operation.window[index]) / operation.stride) + 1;
    const window = sizeOf(filter, sizeOf(sides, index));
    if (operation.kind === 'conv2d') {
      const { top, bottom, left, right } = operation.border;
      return Math.floor((size + (index === 0 ? top + bottom : left + right) - window) / operation.stride) + 1;
    }
    const { cut, added } = operation;
    const [less, more] = index === 0 ? [cut.top + cut.bottom, added.bottom] : [cut.left + cut.right, added.right];
    return (size - 1) * operation.stride + window - less + more;
  };
  const maps = operation.kind === 'pool' ? sizeOf(x, places.channels) : sizeOf(filter, mapsOf(operation));
  const [height, width] = [side(places.height, 0), side(places.width, 1)];
  return operation.channels === 'last' ? [sizeOf(x, 0), height, width, maps] : [sizeOf(x, 0), maps, height, width];
}

/** The dimension of a filter that counts output channels. */
function mapsOf({ kind, channels }: OperationOf<'conv2d'> | OperationOf<'conv2dTranspose'>): number {
  if (channels === 'last') return kind === 'conv2d' ? 3 : 2;
  return kind === 'conv2d' ? 0 : 1;
}

function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, index) => {
    const [left, right] = [a[index - rank + a.length] ?? 1, b[index - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1) {
      throw new TypeError(`[${a.join()}] and [${b.join()}] have no common shape; -1 is the number of examples`);
    }
    return left === 1 ? right : left;
  });
}

function joined(axis: number, shapes: readonly Shape[]): Shape {
  const [first = []] = shapes;
  const isAlike = shapes.every((shape) => shape.length === first.length && shape.every((size, at) => at === axis || size === first[at]));
  if (!isAlike || shapes.some((shape) => shape[axis] === BATCH)) {
    throw new TypeError(`cannot join ${shapes.map((shape) => `[${shape.join()}]`).join()} along dimension ${axis}`);
  }
  return first.map((size, at) => (at === axis ? shapes.reduce((sum, shape) => sum + sizeOf(shape, axis), 0) : size));
}

/** The wanted shape may leave one size open with -1, which becomes a number, or the number of examples. */
function reshaped(x: Shape, wanted: Shape): Shape {
  const refused = (): TypeError => new TypeError(
    `[${x.join()}] cannot become [${wanted.join()}]: -1 is the number of examples, which stay apart`,
  );
  const known = elements(wanted);
  if (wanted.filter((size) => size === BATCH).length > 1 || wanted.some((size) => size < BATCH)) throw refused();
  if (x.includes(BATCH)) {
    if (!wanted.includes(BATCH) || known !== elements(x)) throw refused();
    return wanted;
  }
  const open = elements(x) / known;
  if (!Number.isInteger(open) || (!wanted.includes(BATCH) && open !== 1)) throw refused();
  return wanted.map((size) => (size === BATCH ? open : size));
}

function sliced({ begin, size }: OperationOf<'slice'>, x: Shape): Shape {
  const isInside = size.every((length, axis) => {
    const [from, whole] = [sizeOf(begin, axis), sizeOf(x, axis)];
    return whole === BATCH ? from === 0 && length === BATCH : from >= 0 && length > 0 && from + length <= whole;
  });
  if (!isInside) throw new TypeError(`[${begin.join()}] with size [${size.join()}] is no part of [${x.join()}] for any number of examples`);
  return size;
}

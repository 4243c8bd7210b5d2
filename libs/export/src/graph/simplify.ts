import { BATCH, type GraphNode, type Operation, type OperationOf, type Shape } from './graph-node.js';
import { sizeOf } from './infer-shape.js';

/** Makes a node of an operation. */
export type MakeNode = (operation: Operation, ...inputs: GraphNode[]) => GraphNode;

/** A node that gives the same as an operation with fewer steps; null: there is none. */
export function simplified(
  make: MakeNode, operation: Operation, inputs: readonly GraphNode[], shape: Shape,
): GraphNode | null {
  const [x] = inputs;
  if (x === undefined) return null;
  switch (operation.kind) {
    case 'reshape':
      if (isSame(shape, x.shape)) return x;
      return isKind(x, 'reshape') && x.inputs[0] !== undefined ? make({ ...operation, shape }, x.inputs[0]) : null;
    case 'transpose':
      return simplifiedTranspose(make, operation, x);
    case 'slice':
      return simplifiedSlice(make, operation, x);
    case 'concat':
      return inputs.length === 1 ? x : null;
    default:
      return null;
  }
}

/** Two transpositions are one, and none if they undo each other. One that moves nothing but sizes of 1 is a reshape. */
function simplifiedTranspose(make: MakeNode, { order }: OperationOf<'transpose'>, x: GraphNode): GraphNode | null {
  if (order.every((axis, place) => axis === place)) return x;
  const [source] = x.inputs;
  if (isKind(x, 'transpose') && source !== undefined) {
    const { order: before } = x.operation;
    return make({ kind: 'transpose', order: order.map((axis) => sizeOf(before, axis)) }, source);
  }
  const moved = order.filter((axis) => sizeOf(x.shape, axis) !== 1);
  if (moved.every((axis, place) => place === 0 || axis > sizeOf(moved, place - 1))) {
    return make({ kind: 'reshape', shape: order.map((axis) => sizeOf(x.shape, axis)) }, x);
  }
  return null;
}

function simplifiedSlice(make: MakeNode, { begin, size }: OperationOf<'slice'>, x: GraphNode): GraphNode | null {
  if (isSame(size, x.shape)) return x;
  const [source] = x.inputs;
  if (source === undefined) return null;
  if (isKind(x, 'slice')) {
    const { begin: before } = x.operation;
    return make({ kind: 'slice', begin: begin.map((from, axis) => from + sizeOf(before, axis)), size }, source);
  }
  // What is computed of every number by itself is computed of the part alone, and the part is taken as early as can be.
  if (isKind(x, 'pointwise') || isKind(x, 'leakyRelu') || isKind(x, 'clip')) {
    return make(x.operation, make({ kind: 'slice', begin, size }, source));
  }
  return isKind(x, 'concat') ? partOfJoined(make, { begin, size, axis: x.operation.axis }, x) : null;
}

/** A part that lies in one of the joined tensors. */
function partOfJoined(
  make: MakeNode, { begin, size, axis }: { begin: readonly number[]; size: Shape; axis: number }, x: GraphNode,
): GraphNode | null {
  let from = sizeOf(begin, axis);
  for (const part of x.inputs) {
    const length = sizeOf(part.shape, axis);
    if (from >= 0 && from + sizeOf(size, axis) <= length) {
      return make({ kind: 'slice', begin: begin.map((place, at) => (at === axis ? from : place)), size }, part);
    }
    from -= length;
  }
  return null;
}

function isSame(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Whether a node is of that kind. */
export function isKind<Kind extends Operation['kind']>(
  node: GraphNode, kind: Kind,
): node is GraphNode & { readonly operation: OperationOf<Kind> } {
  return node.operation.kind === kind;
}

/** The columns of a slice of [examples, columns] that takes all examples; null for any other node. */
export function columnsOf(node: GraphNode): { readonly from: number; readonly to: number } | null {
  if (!isKind(node, 'slice')) return null;
  const { begin: [first, from], size: [rows, columns, ...others] } = node.operation;
  if (first !== 0 || rows !== BATCH || others.length > 0 || from === undefined || columns === undefined) return null;
  return { from, to: from + columns };
}

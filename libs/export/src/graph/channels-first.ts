import { GraphBuilder } from './graph-builder.js';
import { elements, nodesOf, outputNodes, type GraphFunction, type GraphNode, type OperationOf, type Shape } from './graph-node.js';
import { sizeOf } from './infer-shape.js';
import { isKind } from './simplify.js';

/** Orders of an image's dimensions: [examples, channels, height, width] of [examples, height, width, channels], and back. */
const FIRST = [0, 3, 1, 2];
const LAST = [0, 2, 3, 1];

/** How filters lie in PyTorch and ONNX, of how they lie here; transposed ones keep their own two dimensions at the end. */
export const FILTER = [3, 2, 0, 1];
export const MATRIX = [1, 0];

/**
 * The same functions with the channels of images in front of height and width, as PyTorch and ONNX have them, and weights as in PyTorch.
 * Inputs and outputs stay as they are: transpositions stand where an image enters and leaves, and nowhere between.
 */
export function channelsFirst(functions: readonly GraphFunction[]): GraphFunction[] {
  const lowering = new Lowering(functions);
  return functions.map(({ name, outputs }) => ({ name, outputs: outputs.map((one) => ({ ...one, node: lowering.last(one.node) })) }));
}

class Lowering {
  readonly #builder = new GraphBuilder();
  /** What a node became, and whether its channels come first. */
  readonly #made = new Map<GraphNode, { readonly node: GraphNode; readonly isFirst: boolean }>();

  /** Constants that are weights of layers, with the order that their dimensions get. Whatever else reads them moves these back. */
  readonly #weights: ReadonlyMap<GraphNode, readonly number[]>;

  constructor(functions: readonly GraphFunction[]) {
    this.#weights = new Map(nodesOf(outputNodes(functions)).flatMap(({ operation: { kind }, inputs: [, weight] }) => {
      const order = kind === 'linear' ? MATRIX : kind === 'conv2d' || kind === 'conv2dTranspose' ? FILTER : null;
      return order === null || weight === undefined || !isKind(weight, 'constant') ? [] : [[weight, order] as const];
    }));
  }

  /** A node with the dimensions in the order that they have in the graph that is lowered. */
  last(node: GraphNode): GraphNode {
    const { node: made, isFirst } = this.#lower(node);
    return isFirst ? this.#builder.node({ kind: 'transpose', order: LAST }, made) : made;
  }

  /** An image with its channels first. */
  #first(node: GraphNode): GraphNode {
    const { node: made, isFirst } = this.#lower(node);
    return isFirst ? made : this.#builder.node({ kind: 'transpose', order: FIRST }, made);
  }

  #lower(node: GraphNode): { node: GraphNode; isFirst: boolean } {
    const known = this.#made.get(node);
    if (known !== undefined) return known;
    const isFirst = this.#isFirst(node);
    const made = { node: isFirst ? this.#lowerImage(node) : this.#lowerOther(node), isFirst };
    this.#made.set(node, made);
    return made;
  }

  /** Whether a node is an image that a layer of images gives, or that is computed of one number by number. */
  #isFirst({ operation, inputs, rank }: GraphNode): boolean {
    if (rank !== 4) return false;
    switch (operation.kind) {
      case 'conv2d': case 'conv2dTranspose': case 'pool': case 'pad': case 'batchNorm':
        return true;
      case 'pointwise': case 'leakyRelu': case 'clip': case 'pairwise': case 'concat': case 'slice':
        return inputs.some((input) => this.#lower(input).isFirst);
      default:
        return false;
    }
  }

  #lowerImage({ operation, inputs }: GraphNode): GraphNode {
    const [x, second, ...others] = inputs;
    const images = (): GraphNode[] => inputs.map((input) => this.#first(input));
    switch (operation.kind) {
      case 'conv2d': case 'conv2dTranspose':
        if (x === undefined || second === undefined) throw new TypeError('a convolution reads images and a filter');
        return this.#builder.node(
          { ...operation, channels: 'first' }, this.#first(x), this.#weight(second, FILTER), ...others.map((bias) => this.last(bias)),
        );
      case 'pool': case 'pad':
        return this.#builder.node({ ...operation, channels: 'first' }, ...images());
      case 'batchNorm':
        return this.#builder.node({ ...operation, channels: 'first' }, ...inputs.map((input, index) => (
          index === 0 ? this.#first(input) : this.last(input)
        )));
      case 'pairwise':
        return this.#builder.node(operation, ...inputs.map((input) => this.#ofFour(input)));
      case 'concat':
        return this.#builder.node({ ...operation, axis: FIRST.indexOf(operation.axis) }, ...images());
      case 'slice':
        return this.#builder.node({ ...operation, begin: moved(operation.begin, FIRST), size: moved(operation.size, FIRST) }, ...images());
      default:
        return this.#builder.node(operation, ...images());
    }
  }

  /** What meets an image: a smaller tensor has sizes of 1 in front, so that its dimensions can be moved as the image's are. */
  #ofFour(node: GraphNode): GraphNode {
    if (node.rank === 4) return this.#first(node);
    if (node.rank === 0) return this.last(node);
    const shape: Shape = [...new Array<number>(4 - node.rank).fill(1), ...node.shape];
    return this.#builder.node({ kind: 'transpose', order: FIRST }, this.#builder.node({ kind: 'reshape', shape }, this.last(node)));
  }

  #lowerOther(node: GraphNode): GraphNode {
    const { operation, inputs } = node;
    const [x, weight, bias] = inputs;
    if (operation.kind === 'linear') {
      if (x === undefined || weight === undefined || bias === undefined) throw new TypeError('a linear layer has a weight and a bias');
      return this.#builder.node({ kind: 'linear', channels: 'first' }, this.last(x), this.#weight(weight, MATRIX), this.last(bias));
    }
    const order = this.#weights.get(node);
    if (order !== undefined) return this.#builder.node({ kind: 'transpose', order: inverse(order) }, this.#weight(node, order));
    const channels = operation.kind === 'batchNorm' ? { channels: 'first' as const } : {};
    return this.#builder.node({ ...operation, ...channels }, ...inputs.map((input) => this.last(input)));
  }

  /** A weight with its dimensions moved: now, if it is a constant, else when it is computed. */
  #weight(node: GraphNode, order: readonly number[]): GraphNode {
    if (!isKind(node, 'constant')) return this.#builder.node({ kind: 'transpose', order }, this.last(node));
    return this.#builder.node(transposed(node.operation, order));
  }
}

/** The order that undoes another. */
export function inverse(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

function moved(list: readonly number[], order: readonly number[]): number[] {
  return order.map((axis) => sizeOf(list, axis));
}

/** A constant with its dimensions in another order. */
export function transposed({ shape, values, ...constant }: OperationOf<'constant'>, order: readonly number[]): OperationOf<'constant'> {
  const steps = shape.map((_, axis) => elements(shape.slice(axis + 1)));
  const [newShape, newSteps] = [moved(shape, order), moved(steps, order)];
  const result = new Float32Array(values.length);
  const place = new Array<number>(order.length).fill(0);
  let from = 0;
  for (let to = 0; to < result.length; to += 1) {
    result[to] = values[from] as number;
    // The next place, as an odometer counts.
    for (let axis = place.length - 1; axis >= 0; axis -= 1) {
      from += sizeOf(newSteps, axis);
      place[axis] = sizeOf(place, axis) + 1;
      if (sizeOf(place, axis) < sizeOf(newShape, axis)) break;
      from -= sizeOf(newSteps, axis) * sizeOf(newShape, axis);
      place[axis] = 0;
    }
  }
  return { ...constant, shape: newShape, values: result };
}

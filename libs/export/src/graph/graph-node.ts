/** The size of the dimension that counts examples: not known, as it is another in every call. */
export const BATCH = -1;

/** Sizes of the dimensions; `BATCH` for the one that counts examples. */
export type Shape = readonly number[];

/** Order of an image's dimensions: `last` is [examples, height, width, channels], `first` [examples, channels, height, width]. */
export type Channels = 'last' | 'first';

/** What surrounds an image, in pixels. */
export interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Height and width in pixels. */
export type Window = readonly [number, number];

/** Functions of every number by itself. */
export type PointwiseName = 'relu' | 'tanh' | 'sigmoid' | 'square' | 'absolute' | 'exp' | 'log' | 'rsqrt' | 'neg' | 'softplus'
  | 'gelu' | 'silu';

/** Functions along the last dimension. */
export type RowwiseName = 'softmax' | 'logSoftmax';

/** Functions of two tensors, of which one may be smaller as in NumPy's broadcasting. */
export type PairwiseName = 'add' | 'sub' | 'mul' | 'div' | 'equal';

/**
 * An operation without its inputs. Weights lie as `channels` says: with the channels last, filters are [height, width, in, out], those of
 * transposed convolutions [height, width, out, in] and linear weights [in, out]; with the channels first they lie as in PyTorch: filters
 * [out, in, height, width], [in, out, height, width], and linear weights [out, in].
 */
export type Operation =
  | { readonly kind: 'input'; readonly name: string; readonly shape: Shape }
  | {
    readonly kind: 'constant'; readonly name: string | null; readonly shape: Shape; readonly values: Float32Array;
    readonly part?: ConstantPart;
  }
  /** Of x [examples, ..., in], weight and bias. */
  | { readonly kind: 'linear'; readonly channels: Channels }
  /** Of batches of matrices, or of a batch and one matrix. */
  | { readonly kind: 'matMul' }
  /** Of x, filter and perhaps bias. */
  | { readonly kind: 'conv2d'; readonly channels: Channels; readonly stride: number; readonly border: Border }
  /** Of x, filter and perhaps bias. `cut` is taken off the output, `added` (bottom and right alone) follows it. */
  | {
    readonly kind: 'conv2dTranspose'; readonly channels: Channels; readonly stride: number; readonly cut: Border; readonly added: Border;
  }
  /** Of x, scale, shift, mean and variance. */
  | { readonly kind: 'batchNorm'; readonly channels: Channels; readonly epsilon: number }
  | {
    readonly kind: 'pool'; readonly name: 'max' | 'average'; readonly channels: Channels; readonly window: Window; readonly stride: number;
  }
  /** Zeros around images: rows above and below, columns on both sides. */
  | { readonly kind: 'pad'; readonly channels: Channels; readonly rows: number; readonly columns: number }
  | { readonly kind: 'pointwise'; readonly name: PointwiseName }
  | { readonly kind: 'leakyRelu'; readonly slope: number }
  | { readonly kind: 'clip'; readonly least: number; readonly most: number }
  | { readonly kind: 'rowwise'; readonly name: RowwiseName }
  | { readonly kind: 'pairwise'; readonly name: PairwiseName }
  /** The axes, ascending, are left out of the result. */
  | { readonly kind: 'reduce'; readonly name: 'sum' | 'mean'; readonly axes: readonly number[] }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'reshape'; readonly shape: Shape }
  /** A size of `BATCH` takes all examples. */
  | { readonly kind: 'slice'; readonly begin: readonly number[]; readonly size: Shape }
  | { readonly kind: 'transpose'; readonly order: readonly number[] }
  | { readonly kind: 'oneHot'; readonly classes: number }
  /** Along the last dimension. */
  | { readonly kind: 'argMax' };

/** Where the columns of a constant lie in the whole that was learnt; columns are the last dimension of [in, out], and of a bias. */
export interface ConstantPart {
  /** Name of the whole. */
  readonly of: string;
  readonly from: number;
  /** All columns of the whole. */
  readonly columns: number;
}

export type OperationOf<Kind extends Operation['kind']> = Extract<Operation, { kind: Kind }>;

/** A step of a computation, and the tensor that it gives. */
export class GraphNode {
  /** In the order in which nodes were made: a node's inputs come before it. */
  readonly id: number;
  readonly operation: Operation;
  readonly inputs: readonly GraphNode[];
  readonly shape: Shape;
  readonly dtype = 'float32';

  constructor(id: number, operation: Operation, inputs: readonly GraphNode[], shape: Shape) {
    this.id = id;
    this.operation = operation;
    this.inputs = inputs;
    this.shape = shape;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** @throws TypeError if it depends on the number of examples */
  get size(): number {
    if (this.shape.includes(BATCH)) throw new TypeError(`the size of [${this.shape.join()}] depends on the number of examples`);
    return elements(this.shape);
  }
}

/** A tensor that a function gives. */
export interface GraphOutput {
  /** "features". */
  readonly name: string;
  readonly node: GraphNode;
}

/** A function as a graph. */
export interface GraphFunction {
  /** "encoder". */
  readonly name: string;
  readonly outputs: readonly GraphOutput[];
}

/** The nodes that functions give. */
export function outputNodes(functions: readonly GraphFunction[]): GraphNode[] {
  return functions.flatMap(({ outputs }) => outputs.map(({ node }) => node));
}

/** Numbers of a shape, or of one example of it. */
export function elements(shape: Shape): number {
  return shape.reduce((product, size) => product * (size === BATCH ? 1 : size), 1);
}

/**
 * All nodes that the outputs depend on: inputs before what reads them.
 *
 * @param isGiven whether a node is there already, so that nothing is needed for it
 */
export function nodesOf(outputs: readonly GraphNode[], isGiven: (node: GraphNode) => boolean = () => false): GraphNode[] {
  const found = new Set<GraphNode>();
  const visit = (node: GraphNode): void => {
    if (found.has(node)) return;
    if (!isGiven(node)) node.inputs.forEach(visit);
    found.add(node);
  };
  outputs.forEach(visit);
  return [...found];
}

/** The inputs that a function reads, in the order of their making. */
export function inputsOf(one: GraphFunction): (GraphNode & { readonly operation: OperationOf<'input'> })[] {
  const isInput = (node: GraphNode): node is GraphNode & { readonly operation: OperationOf<'input'> } => node.operation.kind === 'input';
  return nodesOf(outputNodes([one])).filter(isInput).sort((a, b) => a.id - b.id);
}

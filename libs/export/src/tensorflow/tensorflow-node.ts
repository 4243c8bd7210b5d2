import type { Shape } from '../graph/graph-node.js';

/** Element types of TensorFlow, by their numbers in types.proto. */
export const TYPES = { DT_FLOAT: 1, DT_INT32: 3, DT_BOOL: 10 } as const;
export type TypeName = keyof typeof TYPES;

export type TensorFlowAttribute =
  | { readonly type: TypeName }
  | { readonly text: string }
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly flag: boolean }
  | { readonly integers: readonly number[] }
  /** -1: not known. */
  | { readonly shape: Shape }
  | { readonly values: Float32Array | Int32Array; readonly shape: Shape };

/** An operation of a TensorFlow graph; an input is the name of a node, whose first output is read. */
export interface TensorFlowNode {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, TensorFlowAttribute>>;
}

/** An input or output of a function. */
export interface TensorFlowPlace {
  /** What it is called: "images". */
  readonly name: string;
  /** The node that it is. */
  readonly node: string;
  readonly shape: Shape;
}

export interface TensorFlowFunction {
  readonly name: string;
  readonly inputs: readonly TensorFlowPlace[];
  readonly outputs: readonly TensorFlowPlace[];
}

/** All functions in one graph. */
export interface TensorFlowGraph {
  readonly nodes: readonly TensorFlowNode[];
  readonly functions: readonly TensorFlowFunction[];
}

/** The type of a constant's numbers. */
export function typeOfValues(values: Float32Array | Int32Array): TypeName {
  return values instanceof Float32Array ? 'DT_FLOAT' : 'DT_INT32';
}

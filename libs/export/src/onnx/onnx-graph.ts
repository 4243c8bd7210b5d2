import { inputsOf, nodesOf, outputNodes, type GraphFunction, type GraphNode, type Shape } from '../graph/graph-node.js';
import { isKind } from '../graph/simplify.js';
import type { NamedConstant } from '../torch/torch-names.js';
import { onnxSteps, type OnnxAttribute } from './onnx-operations.js';

export type { OnnxAttribute } from './onnx-operations.js';

export interface OnnxNode {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array | BigInt64Array;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
}

/** What computes a function, as nodes of ONNX in the order in which they are computed, and the tensors that it reads. */
export function onnxGraph(one: GraphFunction, constants: readonly NamedConstant[]): OnnxGraph {
  const taken = new Set([...inputsOf(one).map(({ operation }) => operation.name), ...one.outputs.map(({ name }) => name)]);
  const given = new Map<GraphNode, string>(constants.map(({ node, name }) => [node, name]));
  const names = new Map<GraphNode, string>();
  const nodes: OnnxNode[] = [];
  const tensors: OnnxTensor[] = [];
  const counts = new Map<string, number>();
  const fresh = (kind: string): string => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const name = `${kind.toLowerCase()}_${count}`;
    return taken.has(name) ? fresh(kind) : name;
  };
  const tensor = (values: OnnxTensor['values'], shape: Shape, name = fresh('number')): string => {
    tensors.push({ name, shape, values });
    return name;
  };
  for (const node of nodesOf(outputNodes([one]))) {
    if (isKind(node, 'input')) {
      names.set(node, node.operation.name);
    } else if (isKind(node, 'constant')) {
      names.set(node, tensor(node.operation.values, node.operation.shape, given.get(node)));
    } else {
      const result = onnxSteps(node, node.inputs.map((input) => names.get(input) ?? ''), {
        tensor,
        step: (operation, inputs, attributes = {}) => {
          const name = fresh(operation);
          nodes.push({ name, operation, inputs, output: name, attributes });
          return name;
        },
      });
      names.set(node, result);
    }
  }
  // What is given back has a name that says what it is; an output that is an input needs a step of its own.
  for (const { name, node } of one.outputs) {
    nodes.push({ name: `give_${name}`, operation: 'Identity', inputs: [names.get(node) ?? ''], output: name, attributes: {} });
  }
  return { nodes, tensors };
}

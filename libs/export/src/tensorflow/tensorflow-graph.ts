import { inputsOf, nodesOf, outputNodes, type GraphFunction, type GraphNode, type Shape } from '../graph/graph-node.js';
import { isKind } from '../graph/simplify.js';
import { torchName } from '../torch/torch-names.js';
import { FLOAT, tensorFlowSteps } from './tensorflow-operations.js';
import { typeOfValues, type TensorFlowFunction, type TensorFlowGraph, type TensorFlowNode } from './tensorflow-node.js';

/** Functions with the channels last as one graph of TensorFlow. What is given back is the node `FUNCTION/OUTPUT`: "encoder/features". */
export function tensorFlowGraph(functions: readonly GraphFunction[]): TensorFlowGraph {
  const writer = new NodeWriter();
  const names = new Map<GraphNode, string>();
  const nodes = nodesOf(outputNodes(functions));
  // Inputs come first, so that nothing else has their names.
  for (const node of [...nodes.filter((one) => isKind(one, 'input')), ...nodes.filter((one) => !isKind(one, 'input'))]) {
    names.set(node, nameOf(node, writer, (input) => names.get(input) ?? ''));
  }
  const placed = functions.map((one): TensorFlowFunction => ({
    name: one.name,
    inputs: inputsOf(one).map(({ operation }) => ({ name: operation.name, node: operation.name, shape: operation.shape })),
    outputs: one.outputs.map(({ name, node }) => ({
      name, shape: node.shape, node: writer.add(`${one.name}/${name}`, 'Identity', [names.get(node) ?? ''], FLOAT),
    })),
  }));
  return { nodes: writer.nodes, functions: placed };
}

function nameOf(node: GraphNode, writer: NodeWriter, inputName: (input: GraphNode) => string): string {
  const { operation, inputs } = node;
  if (isKind(node, 'input')) {
    return writer.add(node.operation.name, 'Placeholder', [], { dtype: { type: 'DT_FLOAT' }, shape: { shape: node.shape } });
  }
  if (operation.kind === 'constant') {
    const name = operation.name === null ? 'constant' : torchName(operation.name).replaceAll('.', '/');
    return writer.constant(operation.values, operation.shape, name);
  }
  return tensorFlowSteps(node, inputs.map(inputName), {
    step: writer.step.bind(writer), constant: (values, shape) => writer.constant(values, shape),
  });
}

/** The nodes of a graph as they come, under names that no other node has. */
class NodeWriter {
  readonly nodes: TensorFlowNode[] = [];
  readonly #names = new Map<string, number>();

  add(
    wanted: string, operation: string, inputs: readonly string[], attributes: TensorFlowNode['attributes'],
  ): string {
    const count = (this.#names.get(wanted) ?? 0) + 1;
    this.#names.set(wanted, count);
    const name = count === 1 ? wanted : `${wanted}_${count}`;
    if (count > 1) this.#names.set(name, 1);
    this.nodes.push({ name, operation, inputs, attributes });
    return name;
  }

  step(operation: string, inputs: readonly string[], attributes: TensorFlowNode['attributes'] = FLOAT): string {
    return this.add(operation.toLowerCase(), operation, inputs, attributes);
  }

  constant(values: Float32Array | Int32Array, shape: Shape, name = 'number'): string {
    return this.add(name, 'Const', [], { dtype: { type: typeOfValues(values) }, value: { values, shape } });
  }
}

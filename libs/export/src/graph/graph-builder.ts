import { createHash } from 'node:crypto';
import { GraphNode, type Operation } from './graph-node.js';
import { inferShape } from './infer-shape.js';
import { simplified } from './simplify.js';

/**
 * Makes nodes. What is computed twice, the same operation on the same inputs, is one node, so that functions which begin alike share
 * their beginning.
 */
export class GraphBuilder {
  readonly #known = new Map<string, GraphNode>();

  /** The node of an operation, or a simpler one that gives the same. @throws TypeError if the operation does not fit its inputs */
  node(operation: Operation, ...inputs: GraphNode[]): GraphNode {
    const key = JSON.stringify([contentOf(operation), inputs.map(({ id }) => id)]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const shape = inferShape(operation, inputs);
    const made = simplified(this.node.bind(this), operation, inputs, shape) ?? new GraphNode(this.#known.size, operation, inputs, shape);
    this.#known.set(key, made);
    return made;
  }
}

function contentOf(operation: Operation): unknown {
  if (operation.kind !== 'constant') return operation;
  const { values, ...others } = operation;
  return [others, createHash('sha256').update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)).digest('hex')];
}

import type { GraphNode } from './graph-node.js';

/**
 * The graph anew: every node as `rewrite` makes it of the new nodes of its inputs.
 *
 * @returns the new node of a node
 */
export function rewriteGraph(rewrite: (node: GraphNode, inputs: GraphNode[]) => GraphNode): (node: GraphNode) => GraphNode {
  const made = new Map<GraphNode, GraphNode>();
  const renew = (node: GraphNode): GraphNode => {
    const known = made.get(node);
    if (known !== undefined) return known;
    const renewed = rewrite(node, node.inputs.map(renew));
    made.set(node, renewed);
    return renewed;
  };
  return renew;
}

/** Consecutive virtual shards that are a node of the fixed summation tree. `first` is a multiple of `count`, a power of two. */
export interface TreeNode {
  readonly first: number;
  readonly count: number;
}

/** Cuts the consecutive shards [from, to) into the fewest nodes of the tree. */
export function alignedNodes(from: number, to: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let first = from; first < to; ) {
    let count = 1;
    while (first % (2 * count) === 0 && first + 2 * count <= to) count *= 2;
    nodes.push({ first, count });
    first += count;
  }
  return nodes;
}

import type { TreeNode } from '@lethe/protocol';

interface SummedNode<Value> extends TreeNode {
  readonly value: Value;
}

/** What a tree does with its values. */
export interface TreeOperations<Value> {
  /** The value of a node out of its halves', both of which it takes over; null if they make none. */
  readonly combine: (left: Value, right: Value) => Value | null;
  /** Called with values that are part of a larger node's. */
  readonly discard?: (value: Value) => void;
  /** Whether one of two halves that made no node stays in the tree; by default it does. Otherwise its node can be added again. */
  readonly isKept?: (value: Value) => boolean;
}

/**
 * The fixed binary tree over a round's virtual shards. Sums of nodes come in any order, from anyone, some of them twice; every
 * node is made of the same two halves, so the total does not depend on who computed what and when it arrived.
 */
export class ReductionTree<Value> {
  readonly #shards: number;
  readonly #operations: Required<TreeOperations<Value>>;
  #nodes: SummedNode<Value>[] = [];

  constructor(shards: number, operations: TreeOperations<Value>) {
    this.#shards = shards;
    this.#operations = { discard: () => undefined, isKept: () => true, ...operations };
  }

  /** Whether the node, or one that contains it, is in already. */
  covers(node: TreeNode): boolean {
    return this.#nodes.some((kept) => contains(kept, node));
  }

  /** Adds a node that is not covered yet, and whatever nodes it completes. */
  add({ first, count }: TreeNode, value: Value): void {
    const { combine, discard, isKept } = this.#operations;
    for (const node of this.#nodes) if (contains({ first, count }, node)) discard(node.value);
    this.#nodes = this.#nodes.filter((node) => !contains({ first, count }, node));
    let grown: SummedNode<Value> = { first, count, value };
    for (let sibling = this.#takeSibling(grown); sibling !== undefined; sibling = this.#takeSibling(grown)) {
      const [left, right] = sibling.first < grown.first ? [sibling, grown] : [grown, sibling];
      const combined = combine(left.value, right.value);
      if (combined === null) {
        this.#nodes = [...this.#nodes, ...[left, right].filter((half) => isKept(half.value))];
        return;
      }
      grown = { first: left.first, count: 2 * left.count, value: combined };
    }
    this.#nodes.push(grown);
  }

  /** Takes out every other value, so that its node can be added again. */
  keep(isKept: (value: Value) => boolean): void {
    this.#nodes = this.#nodes.filter(({ value }) => isKept(value));
  }

  /** Discards everything. */
  clear(): void {
    for (const { value } of this.#nodes.splice(0)) this.#operations.discard(value);
  }

  /** The root's value once every shard is in. */
  get total(): Value | undefined {
    return this.#nodes.find(({ count }) => count === this.#shards)?.value;
  }

  #takeSibling({ first, count }: TreeNode): SummedNode<Value> | undefined {
    const siblingFirst = first % (2 * count) === 0 ? first + count : first - count;
    const index = this.#nodes.findIndex((node) => node.first === siblingFirst && node.count === count);
    return index < 0 ? undefined : this.#nodes.splice(index, 1)[0];
  }
}

/** Both are aligned nodes, so they are either nested or apart. */
function contains(outer: TreeNode, inner: TreeNode): boolean {
  return outer.first <= inner.first && inner.first + inner.count <= outer.first + outer.count;
}

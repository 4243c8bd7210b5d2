import type { TreeNode } from '@lethe/protocol';

interface SummedNode<Value> extends TreeNode {
  readonly value: Value;
}

/**
 * The fixed binary tree over a round's virtual shards. Sums of nodes come in any order, from anyone, some of them twice; every
 * node is made of the same two halves, so the total does not depend on who computed what and when it arrived.
 */
export class ReductionTree<Value> {
  readonly #shards: number;
  readonly #combine: (left: Value, right: Value) => Value | null;
  readonly #isSound: (value: Value) => boolean;
  readonly #discard: (value: Value) => void;
  #nodes: SummedNode<Value>[] = [];

  /**
   * @param combine the value of a node out of its halves', both of which it takes over; null if they make none.
   * @param discard told of values that a larger node made superfluous.
   * @param isSound asked for halves that made no node: those that are not are wanted again.
   */
  constructor(shards: number, combine: (left: Value, right: Value) => Value | null, discard: (value: Value) => void = () => undefined, isSound: (value: Value) => boolean = () => true) {
    this.#shards = shards;
    this.#combine = combine;
    this.#discard = discard;
    this.#isSound = isSound;
  }

  /** Whether the node, or one that contains it, is in already. */
  covers(node: TreeNode): boolean {
    return this.#nodes.some((kept) => contains(kept, node));
  }

  /** Adds a node that is not covered yet, and whatever nodes it completes. */
  add({ first, count }: TreeNode, value: Value): void {
    for (const node of this.#nodes) if (contains({ first, count }, node)) this.#discard(node.value);
    this.#nodes = this.#nodes.filter((node) => !contains({ first, count }, node));
    let grown: SummedNode<Value> = { first, count, value };
    for (let sibling = this.#takeSibling(grown); sibling !== undefined; sibling = this.#takeSibling(grown)) {
      const [left, right] = sibling.first < grown.first ? [sibling, grown] : [grown, sibling];
      const combined = this.#combine(left.value, right.value);
      if (combined === null) {
        this.#nodes = [...this.#nodes, ...[left, right].filter((half) => this.#isSound(half.value))];
        return;
      }
      grown = { first: left.first, count: 2 * left.count, value: combined };
    }
    this.#nodes.push(grown);
  }

  /** Takes out whatever is not wanted: its node is wanted again. */
  keep(isWanted: (value: Value) => boolean): void {
    this.#nodes = this.#nodes.filter(({ value }) => isWanted(value));
  }

  /** Discards everything. */
  clear(): void {
    for (const { value } of this.#nodes.splice(0)) this.#discard(value);
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

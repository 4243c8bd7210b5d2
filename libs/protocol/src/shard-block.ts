/** Aligned blocks of virtual shards: nodes of the fixed summation tree. `first` is a multiple of `count`, a power of two. */
export interface ShardBlock {
  readonly first: number;
  readonly count: number;
}

/** Cuts the consecutive shards [from, to) into the fewest aligned blocks. */
export function alignedBlocks(from: number, to: number): ShardBlock[] {
  const blocks: ShardBlock[] = [];
  for (let first = from; first < to; ) {
    let count = 1;
    while (first % (2 * count) === 0 && first + 2 * count <= to) count *= 2;
    blocks.push({ first, count });
    first += count;
  }
  return blocks;
}

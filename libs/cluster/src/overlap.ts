import type { ShardBlock } from '@lethe/protocol';

/** Whether two blocks share a shard. */
export function overlap(a: ShardBlock, b: ShardBlock): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

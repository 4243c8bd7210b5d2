import type { TreeNode } from '@lethe/protocol';

/** Whether two blocks share a shard. */
export function overlap(a: TreeNode, b: TreeNode): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

import { alignedNodes, type TreeNode } from '@lethe/protocol';

/**
 * Deals the shards to the workers in consecutive runs, as even as can be; each run is cut into aligned blocks. With more
 * workers than shards the surplus get none and stand by as spares. Any dealing gives the same bits; this one moves the least.
 */
export function assignShards(shards: number, workers: number): TreeNode[][] {
  const edge = (worker: number): number => Math.floor((worker * shards) / workers);
  return Array.from({ length: workers }, (_, worker) => alignedNodes(edge(worker), edge(worker + 1)));
}

import type { Member } from '@lethe/membership';
import { alignedNodes, type TreeNode } from '@lethe/protocol';

/** A worker and the tree nodes whose gradients it computes of a step. */
export interface StepShare {
  readonly worker: Member;
  readonly nodes: TreeNode[];
}

/** A gradient that the servers refused: of which worker, and of which node of a step. */
export interface RefusedGradient {
  /** Its incarnation. */
  readonly worker: string;
  readonly node: TreeNode;
}

/**
 * The tree nodes of each of `workers` workers: consecutive shards, as evenly as possible, cut into aligned nodes. With more workers than
 * shards some get none and stand by as spares. Any division gives the same bits; this one sends the fewest gradients.
 */
export function divideShards(shards: number, workers: number): TreeNode[][] {
  const edge = (worker: number): number => Math.floor((worker * shards) / workers);
  return Array.from({ length: workers }, (_, worker) => alignedNodes(edge(worker), edge(worker + 1)));
}

/** Which worker computes what, in the order of the workers. */
export function sharesOf(shards: number, workers: readonly Member[]): StepShare[] {
  const divided = divideShards(shards, workers.length);
  return workers.map((worker, index) => ({ worker, nodes: divided[index] ?? [] })).filter(({ nodes }) => nodes.length > 0);
}

/** The workers rotated by `places` places. */
export function rotated(workers: readonly Member[], places: number): Member[] {
  return workers.map((_, index) => workers[(index + places) % workers.length] as Member);
}

/**
 * Who computes a step again of which gradients were refused: the workers of which none was refused. Without such a worker all of them,
 * rotated to where the fewest get shards of which their own gradient was refused.
 */
export function workersAfterRefusal(shards: number, workers: readonly Member[], refused: readonly RefusedGradient[]): readonly Member[] {
  const others = workers.filter(({ incarnation }) => !refused.some(({ worker }) => worker === incarnation));
  if (others.length > 0) return others;
  const isRefused = ({ worker, nodes }: StepShare): boolean =>
    refused.some((gradient) => gradient.worker === worker.incarnation && nodes.some((node) => overlap(node, gradient.node)));
  const conflicts = (order: readonly Member[]): number => sharesOf(shards, order).filter(isRefused).length;
  const [best = []] = workers.map((_, places) => rotated(workers, places)).sort((a, b) => conflicts(a) - conflicts(b));
  return best;
}

/** Whether two nodes have a shard in common. */
export function overlap(a: TreeNode, b: TreeNode): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

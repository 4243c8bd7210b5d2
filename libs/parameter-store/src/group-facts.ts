import type { GroupLayout, Slice } from '@lethe/protocol';
import type { GroupOptimizer } from './group-optimizer.js';

/** What never changes about a server's share of a group. */
export interface GroupFacts {
  readonly layout: GroupLayout;
  readonly slice: Slice;
  /** Server 0 also keeps the running statistics and the losses. */
  readonly isLead: boolean;
  /** Virtual shards of a round. */
  readonly shards: number;
  /** Bound on the group's gradient norm; null: none. */
  readonly clipNorm: number | null;
  readonly optimizer: GroupOptimizer;
}

/** Names the segment that element `index` of the group's flat vector belongs to. */
export function segmentAt({ segments, name }: GroupLayout, index: number): string {
  return segments.find(({ offset, length }) => offset <= index && index < offset + length)?.name ?? `element ${index} of ${name}`;
}

import type { FreshNetwork, GroupLayout, Slice, Step } from '@lethe/protocol';
import type { GroupOptimizer } from './group-optimizer.js';

/** What never changes about a server's share of a group. */
export interface GroupFacts {
  readonly layout: GroupLayout;
  readonly slice: Slice;
  /** The chunks of the slice, in order. */
  readonly chunks: readonly Slice[];
  /** Server 0 also keeps the running statistics and the losses. */
  readonly isLead: boolean;
  /** Virtual shards of a round. */
  readonly shards: number;
  /** Bound on the group's gradient norm; null: none. */
  readonly clipNorm: number | null;
  readonly optimizer: GroupOptimizer;
  /** The networks that start afresh once a step is committed, by name. */
  readonly freshNetworks: (step: Step) => ReadonlyMap<string, FreshNetwork>;
  /** The inner steps of a round that make a version of the group, in order. */
  readonly innerSteps: readonly GroupInnerStep[];
}

/** An inner step that makes a version of a group. */
export interface GroupInnerStep extends Omit<Step, 'round'> {
  /** Elements of the statistics and losses that are pushed beside its gradients. */
  readonly summaryLength: number;
  /** Names of these losses. */
  readonly losses: readonly string[];
}

/** The step of the game that makes a version, 1 and up. */
export function stepOf({ innerSteps }: Pick<GroupFacts, 'innerSteps'>, version: number): Step & GroupInnerStep {
  const innerStep = innerSteps[(version - 1) % innerSteps.length];
  if (innerStep === undefined) throw new TypeError(`nothing makes version ${version}`);
  return { round: Math.floor((version - 1) / innerSteps.length), ...innerStep };
}

/** Names the segment that element `index` of the group's flat vector belongs to. */
export function segmentAt({ segments, name }: GroupLayout, index: number): string {
  return segments.find(({ offset, length }) => offset <= index && index < offset + length)?.name ?? `element ${index} of ${name}`;
}

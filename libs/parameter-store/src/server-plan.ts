import type { RunConfig } from '@lethe/config';
import type { Optimization } from '@lethe/optim';
import { chunksOf, sliceOf, type FreshNetwork, type GroupLayout, type Slice, type Step, type SummaryLayout } from '@lethe/protocol';
import type { GroupInnerStep } from './group-facts.js';
import { GroupOptimizer } from './group-optimizer.js';
import { GroupStore } from './group-store.js';
import { TwoPhaseCommit } from './two-phase-commit.js';

/** What the run's configuration and data mean for a server, which knows segments but no networks. */
export interface ServerPlan {
  readonly layouts: readonly GroupLayout[];
  readonly schemaHash: string;
  readonly totalRounds: number;
  readonly optimization: Optimization;
  readonly phases: readonly PhaseOfPlan[];
  /** What is pushed beside the gradients of each phase. */
  readonly summaries: readonly Pick<SummaryLayout, 'length' | 'losses'>[];
  /** The networks of a group that start afresh once a step is committed, by name. */
  readonly freshNetworks: (group: string, step: Step) => ReadonlyMap<string, FreshNetwork>;
}

/** A phase of the objective. */
export interface PhaseOfPlan {
  readonly name: string;
  /** The group that each of its inner steps makes a version of. */
  readonly trains: string;
  readonly innerSteps: number;
}

/** A group on one server. */
export interface HeldGroup {
  readonly store: GroupStore;
  /** Decides about commits; only on the lead. */
  readonly twoPhaseCommit: TwoPhaseCommit | null;
}

/** The groups of which server `index` (of `servers`) holds something, by name. */
export function heldGroups(
  plan: ServerPlan,
  config: RunConfig,
  { index, servers }: { index: number; servers: number },
): Map<string, HeldGroup> {
  const held = new Map<string, HeldGroup>();
  for (const layout of plan.layouts) {
    const slices = Array.from({ length: servers }, (_, server) => sliceOf(layout.length, server, servers));
    const slice = slices[index];
    if (slice === undefined || isEmpty(slice)) continue;
    const isLead = index === 0;
    const optimizer = new GroupOptimizer(layout, plan.optimization, plan.totalRounds);
    const store = new GroupStore({
      layout,
      slice,
      chunks: chunksOf(slice),
      isLead,
      shards: config.shards,
      clipNorm: config.clipNorm,
      optimizer,
      freshNetworks: (step) => plan.freshNetworks(layout.name, step),
      innerSteps: innerStepsOf(plan, layout.name),
    });
    held.set(layout.name, { store, twoPhaseCommit: isLead ? new TwoPhaseCommit(slices, config.clipNorm) : null });
  }
  return held;
}

function innerStepsOf({ phases, summaries }: ServerPlan, group: string): GroupInnerStep[] {
  return phases.flatMap(({ trains, innerSteps }, phase) => {
    const { length: summaryLength = 0, losses = [] } = summaries[phase] ?? {};
    return trains !== group ? [] : Array.from({ length: innerSteps }, (_, innerStep) => ({ phase, innerStep, summaryLength, losses }));
  });
}

function isEmpty({ from, to }: Slice): boolean {
  return to <= from;
}

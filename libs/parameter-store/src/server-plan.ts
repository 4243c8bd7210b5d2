import type { RunConfig } from '@lethe/config';
import { sliceOf, type GroupLayout, type Slice, type Step } from '@lethe/protocol';
import { TwoPhaseCommit } from './two-phase-commit.js';
import type { GroupTurn } from './group-facts.js';
import { GroupOptimizer, type OptimizationConfig } from './group-optimizer.js';
import { GroupStore } from './group-store.js';

/** What the run's configuration and data mean for a server, which knows segments but no networks. */
export interface ServerPlan {
  readonly layouts: readonly GroupLayout[];
  readonly schemaHash: string;
  readonly totalRounds: number;
  readonly optimization: OptimizationConfig;
  readonly phases: readonly PhaseOfPlan[];
  /** What is pushed beside the gradients of each phase. */
  readonly summaries: readonly { readonly length: number }[];
  /** New values, by network, of the networks of a group that start afresh once a step is committed: each as long as the network. */
  readonly freshValues: (group: string, step: Step) => ReadonlyMap<string, Float32Array>;
}

/** A phase of the objective. */
export interface PhaseOfPlan {
  readonly name: string;
  /** The group that each of its turns makes a version of. */
  readonly trains: string;
  readonly innerSteps: number;
}

/** A group on one server. */
export interface HeldGroup {
  readonly store: GroupStore;
  /** Decides over commits; only on the lead. */
  readonly agreement: TwoPhaseCommit | null;
}

/** The groups of which server `index` (of `servers`) holds something, by name. */
export function heldGroups(plan: ServerPlan, config: RunConfig, { index, servers }: { index: number; servers: number }): Map<string, HeldGroup> {
  const held = new Map<string, HeldGroup>();
  for (const layout of plan.layouts) {
    const slices = Array.from({ length: servers }, (_, server) => sliceOf(layout.length, server, servers));
    const slice = slices[index];
    if (slice === undefined || isEmpty(slice)) continue;
    const isLead = index === 0;
    const optimizer = new GroupOptimizer(layout, plan.optimization, plan.totalRounds);
    const store = new GroupStore({ layout, slice, isLead, shards: config.shards, clipNorm: config.clipNorm, optimizer, freshValues: (step) => plan.freshValues(layout.name, step), innerSteps: turnsOf(plan, layout.name) });
    const agreement = isLead ? new TwoPhaseCommit(slices, config.clipNorm) : null;
    held.set(layout.name, { store, agreement });
  }
  return held;
}

function turnsOf({ phases, summaries }: ServerPlan, group: string): GroupTurn[] {
  return phases.flatMap(({ trains, innerSteps }, phase) => (trains !== group ? [] : Array.from({ length: innerSteps }, (_, innerStep) => ({ phase, innerStep, summaryLength: summaries[phase]?.length ?? 0 }))));
}

function isEmpty({ from, to }: Slice): boolean {
  return to <= from;
}

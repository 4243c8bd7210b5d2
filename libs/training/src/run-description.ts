import type { RunConfig } from '@lethe/config';
import { roundsOfEpochs, type DataFacts } from '@lethe/data';
import { groupLayout } from '@lethe/networks';
import { forgettingObjective, type Objective, type Phase } from '@lethe/objectives';
import { schemaHash, type GroupLayout, type SummaryLayout } from '@lethe/protocol';

/** What every process derives for itself from the configuration and the data, and must derive alike. */
export interface RunDescription {
  readonly config: RunConfig;
  readonly facts: DataFacts;
  readonly objective: Objective;
  readonly layouts: readonly GroupLayout[];
  /** What is pushed beside the gradients of each phase, in the phases' order. */
  readonly summaries: readonly SummaryLayout[];
  /** Refuses whoever would lay out the parameters differently. */
  readonly schemaHash: string;
  readonly trainingCount: number;
  readonly totalRounds: number;
}

/** @throws LetheError CONFIG_INVALID if the networks cannot be built for this data. */
export function describeRun(config: RunConfig, facts: DataFacts): RunDescription {
  const objective = OBJECTIVES[config.objective.kind](config, facts);
  const layouts = objective.groups.map((group) => groupLayout(group.name, group.networks, config.batchSize));
  const summaries = objective.phases.map((phase) => summaryLayout(phase, layouts));
  const trainingCount = facts.trainCount - config.data.heldOut;
  const totalRounds = config.rounds ?? roundsOfEpochs({ epochs: config.epochs ?? 1, trainingCount, batchSize: config.batchSize });
  return { config, facts, objective, layouts, summaries, schemaHash: schemaHash(layouts, summaries), trainingCount, totalRounds };
}

export function layoutOf(description: Pick<RunDescription, 'layouts'>, group: string): GroupLayout {
  const layout = description.layouts.find(({ name }) => name === group);
  if (layout === undefined) throw new TypeError(`the run has no group ${group}`);
  return layout;
}

/** The games that a configuration can name. */
const OBJECTIVES: Readonly<Record<RunConfig['objective']['kind'], (config: RunConfig, facts: DataFacts) => Objective>> = {
  forgetting: ({ objective, latentSize, encoderDropout, decoderDropout, bottleneck, adversary }, facts) => forgettingObjective({
    ...facts.shape, ...objective, classes: facts.classes.length, latentSize, encoderDropout, decoderDropout, adversary,
    bottleneck: bottleneck.kind, divergenceWeight: bottleneck.weight,
  }),
};

function summaryLayout(phase: Phase, layouts: readonly GroupLayout[]): SummaryLayout {
  const { statistics, statisticsLength } = layoutOf({ layouts }, phase.trains);
  return { statistics, statisticsLength, losses: phase.losses, length: statisticsLength + phase.losses.length };
}

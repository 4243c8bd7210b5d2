import { loadedCode, type OwnCode } from '@lethe/code';
import { codeNamedBy, type RunConfig } from '@lethe/config';
import { roundsOfEpochs, type DataFacts } from '@lethe/data';
import { groupLayout, type NetworkSpec } from '@lethe/networks';
import { createObjective, type Objective, type Phase } from '@lethe/objectives';
import type { Optimization } from '@lethe/optim';
import { schemaHash, type GroupLayout, type SummaryLayout } from '@lethe/protocol';

/** A run as every process derives it for itself from the configuration and the data. All must derive the same. */
export interface RunDescription {
  readonly config: RunConfig;
  readonly facts: DataFacts;
  readonly objective: Objective;
  readonly layouts: readonly GroupLayout[];
  /** What is pushed beside the gradients of each phase, in the phases' order. */
  readonly summaries: readonly SummaryLayout[];
  /** What the run's user wrote, in the order game, data. */
  readonly code: readonly OwnCode[];
  /** Hash of layouts, summaries and code: a process with another one is refused. */
  readonly schemaHash: string;
  readonly trainingCount: number;
  readonly totalRounds: number;
  readonly optimization: Optimization;
}

/**
 * @throws LetheError CONFIG_INVALID if the networks cannot be built for this data, CODE_MISSING if this process has not loaded the run's
 * code
 */
export function describeRun(config: RunConfig, facts: DataFacts): RunDescription {
  const trainingCount = examplesOfEpoch(facts, config.data.heldOut);
  const totalRounds = config.rounds ?? roundsOfEpochs({ epochs: config.epochs ?? 1, trainingCount, batchSize: config.batchSize });
  const objective = objectiveOf(config, facts, totalRounds);
  const layouts = objective.groups.map((group) => groupLayout(group.name, group.networks, config.batchSize));
  const code = codeNamedBy(config).map(({ sha256 }) => loadedCode(sha256));
  const summaries = objective.phases.map((phase) => summaryLayout(phase, layouts));
  const optimization = { optimizers: config.objective.optimizers, averaging: config.averaging, averagedNetworks: objective.deployed };
  return {
    config,
    facts,
    objective,
    layouts,
    summaries,
    code,
    schemaHash: schemaHash(layouts, summaries, code.map(({ sha256 }) => sha256)),
    trainingCount,
    totalRounds,
    optimization,
  };
}

/** The layout of the group of that name. */
export function layoutOf(description: Pick<RunDescription, 'layouts'>, group: string): GroupLayout {
  const layout = description.layouts.find(({ name }) => name === group);
  if (layout === undefined) throw new TypeError(`the run has no group ${group}`);
  return layout;
}

/** The groups whose networks are in evaluation mode while a phase trains another. */
export function evaluatedLayouts(
  description: Pick<RunDescription, 'layouts'>, { trains, reads, frozenMode }: Pick<Phase, 'trains' | 'reads' | 'frozenMode'>,
): readonly GroupLayout[] {
  return frozenMode === 'training' ? [] : reads.filter((group) => group !== trains).map((group) => layoutOf(description, group));
}

/** The networks of all groups, in the groups' order. */
export function allNetworks({ groups }: Objective): readonly NetworkSpec[] {
  return groups.flatMap(({ networks }) => networks);
}

/**
 * Examples that a pass over the training set takes. Rounds have as much of every population, so that with several of them the
 * largest one is passed once while the smaller ones are passed several times.
 */
function examplesOfEpoch({ trainCount, domains }: DataFacts, heldOut: number): number {
  const counts = domains.map((domain) => domain.trainCount).filter((count) => count > 0);
  return counts.length === 1 ? trainCount - heldOut : counts.length * counts.reduce((most, count) => Math.max(most, count), 0);
}

function objectiveOf({ objective, data }: RunConfig, facts: DataFacts, totalRounds: number): Objective {
  const { shape, classes, domains, kept, forgotten } = facts;
  return createObjective(objective, {
    ...shape,
    classes: classes.length,
    classNames: classes,
    domains: domains.map(({ name }) => name),
    kept,
    forgotten,
    adapts: data.domains?.training === 'adaptation',
    totalRounds,
  });
}

function summaryLayout(phase: Phase, layouts: readonly GroupLayout[]): SummaryLayout {
  const { statistics, statisticsLength } = layoutOf({ layouts }, phase.trains);
  return { statistics, statisticsLength, losses: phase.losses, length: statisticsLength + phase.losses.length };
}

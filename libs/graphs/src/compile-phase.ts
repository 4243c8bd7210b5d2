import { entryOf } from '@lethe/errors';
import { trainingNetworks, type Moments, type TrainingNetworkOptions } from '@lethe/networks';
import type { Phase } from '@lethe/objectives';
import type { SummaryLayout } from '@lethe/protocol';
import { guardedOperations, type CompiledStep, type Engine, type Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { checkLoss, checkReached, runOfGame } from './check-loss.js';
import { allNetworks, evaluatedLayouts, layoutOf, type RunDescription } from './run-description.js';
import {
  batchTensors, inputOf, networkTensors, scalarTensors, phaseSignature, statisticsTensors, type InputTensors,
} from './step-inputs.js';

export interface PhaseOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  /** Index into the objective's phases. */
  readonly phase: number;
  /** Shards that one call computes side by side: a power of two. */
  readonly width: number;
}

/**
 * Compiles the gradients of a phase: a pure function of flat parameter vectors, the examples of `width` shards, seeds and scalars.
 * Inputs: `network.<name>` [length] for each network of the groups read, `statistics.<name>` of each group that is in evaluation mode
 * meanwhile, `scalar.<name>` [], and for shard i of the call `images.i` [n, h, w, c], `undistorted.i` likewise where images are distorted,
 * `labels.i` [n, classes], `domains.i` [n, domains], the attributes, `seeds.round.i` and `seeds.step.i` int32 [2]. Outputs: `gradient`
 * [length of the trained group], summed over the shards along the fixed tree, and for each shard `summary.i` [statistics, losses].
 */
export function compilePhase({ engine, description, phase: phaseIndex, width }: PhaseOptions): Promise<CompiledStep> {
  const { objective, summaries, config } = description;
  const phase = objective.phases[phaseIndex];
  const summary = summaries[phaseIndex];
  if (phase === undefined || summary === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${phaseIndex}`);
  const examples = config.batchSize / config.shards;
  const gradients = (inputs: InputTensors): Record<string, Tensor> => {
    const where = `game ${objective.name}, phase ${phase.name}`;
    const operations = guardedOperations(engine.operations, { where, inputs: Object.values(inputs) });
    const parameters = new Map(phase.reads.flatMap((group) => networkTensors(operations, inputs, layoutOf(description, group))));
    const evaluated = evaluatedNetworks(description, phase, operations, inputs);
    const shards = Array.from({ length: width }, (_, shard) =>
      shardGradient({ where, description, phase, summary, operations, parameters, evaluated, inputs, shard }),
    );
    return {
      gradient: treeSum(operations, shards.map(({ gradient }) => gradient)),
      ...Object.fromEntries(shards.map((shard, index) => [`summary.${index}`, shard.summary])),
    };
  };
  const name = `${phase.name}-${width}x${examples} of game ${objective.name}`;
  return engine.compile(name, gradients, phaseSignature(description, phase, { examples, width }));
}

type EvaluatedNetworks = Pick<TrainingNetworkOptions, 'evaluated'>;

/** The networks that are in evaluation mode during the phase, with their running statistics. */
function evaluatedNetworks(description: RunDescription, phase: Phase, operations: Operations, inputs: InputTensors): EvaluatedNetworks {
  const layouts = evaluatedLayouts(description, phase);
  if (layouts.length === 0) return {};
  const groups = description.objective.groups.filter(({ name }) => layouts.some((layout) => layout.name === name));
  const networks = new Set(groups.flatMap((group) => group.networks.map(({ name }) => name)));
  return { evaluated: { networks, statistics: statisticsTensors(operations, inputs, layouts) } };
}

/** Adds along the fixed tree, halves first, as the sums over calls and workers are added. */
function treeSum(operations: Operations, leaves: readonly Tensor[]): Tensor {
  const [leaf] = leaves;
  if (leaf === undefined) throw new TypeError('a call has at least one shard');
  const half = leaves.length / 2;
  return leaves.length === 1 ? leaf : operations.add(treeSum(operations, leaves.slice(0, half)), treeSum(operations, leaves.slice(half)));
}

interface ShardGradientOptions {
  /** Game and phase, for messages. */
  readonly where: string;
  readonly description: RunDescription;
  readonly phase: Phase;
  readonly summary: SummaryLayout;
  readonly operations: Operations;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly evaluated: EvaluatedNetworks;
  readonly inputs: InputTensors;
  /** Number of the shard within the call. */
  readonly shard: number;
}

/** The gradient of one shard of the call, and what is pushed beside it. */
function shardGradient({
  where, description, phase, summary, operations, parameters, evaluated, inputs, shard,
}: ShardGradientOptions): {
  gradient: Tensor;
  summary: Tensor;
} {
  const { objective } = description;
  const trained = layoutOf(description, phase.trains).segments.map(({ name }) => name);
  const { gradients, unreached, auxiliary } = operations.gradients(
    (variables) => {
      const moments: Record<string, Moments> = {};
      const networks = trainingNetworks({
        operations,
        networks: allNetworks(objective),
        parameters: new Map([...parameters, ...trained.map((name, index) => [name, variables[index] as Tensor] as const)]),
        seeds: { round: inputOf(inputs, `seeds.round.${shard}`), step: inputOf(inputs, `seeds.step.${shard}`) },
        recordMoments: (name, value) => { moments[name] = value; },
        ...evaluated,
      });
      const batch = batchTensors(description, inputs, `.${shard}`);
      const loss = runOfGame(where, () => phase.loss({ operations, networks, batch, scalars: scalarTensors(objective, inputs) }));
      checkLoss(where, phase, loss);
      checkReached(where, phase, summary.statistics.map(({ name }) => name).filter((name) => moments[name] === undefined));
      return { loss: loss.minimised, auxiliary: { summary: summaryVector(operations, summary, moments, loss.reported) } };
    },
    trained.map((name) => parameters.get(name) as Tensor),
  );
  checkReached(where, phase, unreached.map((index) => trained[index] as string));
  return { gradient: operations.pack(gradients), summary: auxiliary.summary };
}

/** Moments of the normalisations and losses, in the order of the layout. */
function summaryVector(
  operations: Operations,
  layout: SummaryLayout,
  moments: Readonly<Record<string, Moments>>,
  reported: Readonly<Record<string, Tensor>>,
): Tensor {
  const statistics = layout.statistics.flatMap(({ name }) => {
    const { mean, variance } = entryOf(moments, name, 'the forward pass');
    return [mean, variance];
  });
  return operations.pack([...statistics, ...layout.losses.map((name) => entryOf(reported, name, 'the loss'))]);
}

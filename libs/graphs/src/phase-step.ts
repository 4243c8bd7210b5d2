import { trainingNetworks, type Moments } from '@lethe/networks';
import type { Objective, Phase } from '@lethe/objectives';
import { networkSlices, type GroupLayout, type SummaryLayout } from '@lethe/protocol';
import type { InputSpecification, Operations, Signature, StepFunction } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { layoutOf, type RunDescription } from './run-description.js';

export interface PhaseStep {
  readonly name: string;
  readonly step: StepFunction;
  readonly signature: Signature;
}

export interface PhaseStepOptions {
  readonly description: RunDescription;
  /** Index into the objective's phases. */
  readonly phase: number;
  /** Shards that one call computes side by side: a power of two. */
  readonly width: number;
  readonly operations: Operations;
}

/**
 * A phase's gradients as a pure function of flat parameter vectors, the examples of `width` shards, dropout seeds and scalars.
 * Inputs: `network.<name>` [length] for each network of the groups read, `scalar.<name>` [], and for shard i of the call `images.i`
 * [n, h, w, c], `undistorted.i` likewise where images are distorted, `labels.i` [n, classes], `domains.i` [n, domains],
 * `seeds.round.i` and `seeds.step.i` int32 [2]. Outputs: `gradient` [length of the trained group], summed over the shards along the
 * fixed tree, and for each shard `summary.i` [statistics, losses].
 */
export function phaseStep({ description, phase: phaseIndex, width, operations }: PhaseStepOptions): PhaseStep {
  const { objective, summaries, config } = description;
  const phase = objective.phases[phaseIndex];
  const summary = summaries[phaseIndex];
  if (phase === undefined || summary === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${phaseIndex}`);
  const examples = config.batchSize / config.shards;
  return {
    name: `${phase.name}-${width}x${examples}`,
    signature: phaseSignature(description, phase, { examples, width }),
    step: (inputs) => {
      const parameters = new Map(phase.reads.flatMap((group) => networkTensors(operations, inputs, layoutOf(description, group))));
      const shards = Array.from({ length: width }, (_, shard) =>
        phaseGradients({ description, phase, summary, operations, parameters, inputs, shard }),
      );
      return {
        gradient: treeSum(operations, shards.map(({ gradient }) => gradient)),
        ...Object.fromEntries(shards.map((shard, index) => [`summary.${index}`, shard.summary])),
      };
    },
  };
}

/** Halves first, as everywhere. */
function treeSum(operations: Operations, leaves: readonly Tensor[]): Tensor {
  const [leaf] = leaves;
  if (leaf === undefined) throw new TypeError('a call has at least one shard');
  const half = leaves.length / 2;
  return leaves.length === 1 ? leaf : operations.add(treeSum(operations, leaves.slice(0, half)), treeSum(operations, leaves.slice(half)));
}

const SEEDS: InputSpecification = { type: 'int32', shape: [2] };

/** Images, labels and domains, as every step takes them. */
export function batchSignature({ facts }: RunDescription, examples: number): Record<string, InputSpecification> {
  const { height, width, channels } = facts.shape;
  return {
    images: { type: 'float32', shape: [examples, height, width, channels] },
    labels: { type: 'float32', shape: [examples, facts.classes.length] },
    domains: { type: 'float32', shape: [examples, facts.domains.length] },
  };
}

/** A batch as it is trained on: distorted images come with their originals. */
function trainingSignature(description: RunDescription, examples: number): Record<string, InputSpecification> {
  const signature = batchSignature(description, examples);
  return description.config.data.augmentation === null ? signature : { ...signature, undistorted: named(signature, 'images') };
}

/** The objective's scalars, as every step takes them. */
export function scalarSignature(objective: Objective): Record<string, InputSpecification> {
  return Object.fromEntries(Object.keys(objective.scalars(0)).map((name) => [`scalar.${name}`, { type: 'float32', shape: [] }] as const));
}

/** Cuts a flat vector into the tensors that lie in it. */
export function namedTensors(operations: Operations, vector: Tensor, layout: Pick<GroupLayout, 'segments'>): Map<string, Tensor> {
  const tensors = operations.unpack(vector, layout.segments.map(({ shape }) => shape));
  return new Map(layout.segments.map(({ name }, index) => [name, tensors[index] as Tensor]));
}

function networkTensors(operations: Operations, inputs: Readonly<Record<string, Tensor>>, layout: GroupLayout): [string, Tensor][] {
  return networkSlices(layout).flatMap(({ network }) => [
    ...namedTensors(operations, named(inputs, `network.${network}`), {
      segments: layout.segments.filter((segment) => segment.network === network),
    }),
  ]);
}

export function allNetworks(objective: Objective): Objective['groups'][number]['networks'] {
  return objective.groups.flatMap(({ networks }) => networks);
}

/** The scalar inputs among a step's, by the objective's names. */
export function scalarTensors(objective: Objective, inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.keys(objective.scalars(0)).map((name) => [name, named(inputs, `scalar.${name}`)]));
}

export function named<Value>(values: Readonly<Record<string, Value>>, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new TypeError(`the step has nothing named ${name}`);
  return value;
}

function phaseSignature(description: RunDescription, phase: Phase, { examples, width }: { examples: number; width: number }): Signature {
  const networks = phase.reads.flatMap((group) =>
    networkSlices(layoutOf(description, group)).map(
      ({ network, from, to }) => [`network.${network}`, { type: 'float32', shape: [to - from] }] as const,
    ),
  );
  return {
    ...Object.fromEntries(networks),
    ...scalarSignature(description.objective),
    ...Object.fromEntries(Array.from({ length: width }, (_, shard) => Object.entries({
      ...trainingSignature(description, examples), 'seeds.round': SEEDS, 'seeds.step': SEEDS,
    }).map(([name, input]) => [`${name}.${shard}`, input] as const)).flat()),
  };
}

interface PhaseGradientOptions {
  readonly description: RunDescription;
  readonly phase: Phase;
  readonly summary: SummaryLayout;
  readonly operations: Operations;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Of the call. */
  readonly shard: number;
}

function phaseGradients({ description, phase, summary, operations, parameters, inputs, shard }: PhaseGradientOptions): {
  gradient: Tensor;
  summary: Tensor;
} {
  const { objective } = description;
  const trained = layoutOf(description, phase.trains).segments.map(({ name }) => name);
  const { gradients, auxiliary } = operations.gradients(
    (variables) => {
      const moments: Record<string, Moments> = {};
      const { minimised, reported } = phase.loss({
        operations,
        networks: trainingNetworks({
          operations,
          networks: allNetworks(objective),
          parameters: new Map([...parameters, ...trained.map((name, index) => [name, variables[index] as Tensor] as const)]),
          seeds: { round: named(inputs, `seeds.round.${shard}`), step: named(inputs, `seeds.step.${shard}`) },
          recordMoments: (name, value) => { moments[name] = value; },
        }),
        batch: {
          images: named(inputs, `images.${shard}`),
          undistorted: inputs[`undistorted.${shard}`] ?? named(inputs, `images.${shard}`),
          labels: named(inputs, `labels.${shard}`),
          domains: named(inputs, `domains.${shard}`),
        },
        scalars: scalarTensors(objective, inputs),
      });
      return { loss: minimised, auxiliary: { summary: summaryVector(operations, summary, moments, reported) } };
    },
    trained.map((name) => parameters.get(name) as Tensor),
  );
  return { gradient: operations.pack(gradients), summary: auxiliary.summary };
}

function summaryVector(
  operations: Operations,
  layout: SummaryLayout,
  moments: Readonly<Record<string, Moments>>,
  reported: Readonly<Record<string, Tensor>>,
): Tensor {
  const statistics = layout.statistics.flatMap(({ name }) => {
    const { mean, variance } = named(moments, name);
    return [mean, variance];
  });
  return operations.pack([...statistics, ...layout.losses.map((name) => named(reported, name))]);
}

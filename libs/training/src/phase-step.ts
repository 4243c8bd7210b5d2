import { trainingNetworks, type Moments } from '@lethe/networks';
import type { Objective, Phase } from '@lethe/objectives';
import type { GroupLayout, SummaryLayout } from '@lethe/protocol';
import type { InputSpecification, Operations, Signature, StepFunction } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { layoutOf, type RunDescription } from './run-description.js';

export interface PhaseStep {
  readonly name: string;
  readonly step: StepFunction<string, 'gradient' | 'summary'>;
  readonly signature: Signature;
}

/**
 * A phase's gradients as a pure function of flat parameter vectors, one shard of examples, dropout seeds and scalars:
 * `group.<name>` [length] for each group read, `images` [n, h, w, c], `labels` [n, classes], `seeds.round` and
 * `seeds.step` int32 [2], `scalar.<name>` [] -> `gradient` [length of the trained group], `summary` [statistics, losses].
 */
export function phaseStep(description: RunDescription, phaseIndex: number, operations: Operations): PhaseStep {
  const { objective, summaries, config } = description;
  const phase = objective.phases[phaseIndex];
  const summary = summaries[phaseIndex];
  if (phase === undefined || summary === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${phaseIndex}`);
  const examples = config.batchSize / config.shards;
  return {
    name: `${phase.name}-${examples}`,
    signature: phaseSignature(description, phase, examples),
    step: (inputs) => phaseGradients({ description, phase, summary, operations, inputs }),
  };
}

/** Images, labels and the objective's scalars, as every step takes them. */
export function batchSignature({ facts, objective }: RunDescription, examples: number): Record<string, InputSpecification> {
  const { height, width, channels } = facts.shape;
  return {
    images: { type: 'float32', shape: [examples, height, width, channels] },
    labels: { type: 'float32', shape: [examples, facts.classes.length] },
    ...Object.fromEntries(Object.keys(objective.scalars(0)).map((name) => [`scalar.${name}`, { type: 'float32', shape: [] }] as const)),
  };
}

/** Cuts a group's flat vector into its tensors. */
export function namedTensors(operations: Operations, vector: Tensor, layout: GroupLayout): Map<string, Tensor> {
  const tensors = operations.unpack(vector, layout.segments.map(({ shape }) => shape));
  return new Map(layout.segments.map(({ name }, index) => [name, tensors[index] as Tensor]));
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

function phaseSignature(description: RunDescription, phase: Phase, examples: number): Signature {
  const groups = phase.reads.map((group) => [`group.${group}`, { type: 'float32', shape: [layoutOf(description, group).length] }] as const);
  return {
    ...Object.fromEntries(groups),
    ...batchSignature(description, examples),
    'seeds.round': { type: 'int32', shape: [2] },
    'seeds.step': { type: 'int32', shape: [2] },
  };
}

interface PhaseGradientOptions {
  readonly description: RunDescription;
  readonly phase: Phase;
  readonly summary: SummaryLayout;
  readonly operations: Operations;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

function phaseGradients({ description, phase, summary, operations, inputs }: PhaseGradientOptions): { gradient: Tensor; summary: Tensor } {
  const { objective } = description;
  const trained = layoutOf(description, phase.trains).segments.map(({ name }) => name);
  const parameters = new Map(phase.reads.flatMap((group) => [...namedTensors(operations, named(inputs, `group.${group}`), layoutOf(description, group))]));
  const { gradients, auxiliary } = operations.gradients(
    (variables) => {
      const moments: Record<string, Moments> = {};
      const { minimised, reported } = phase.loss({
        operations,
        networks: trainingNetworks({
          operations,
          networks: allNetworks(objective),
          parameters: new Map([...parameters, ...trained.map((name, index) => [name, variables[index] as Tensor] as const)]),
          seeds: { round: named(inputs, 'seeds.round'), step: named(inputs, 'seeds.step') },
          recordMoments: (name, value) => { moments[name] = value; },
        }),
        batch: { images: named(inputs, 'images'), labels: named(inputs, 'labels') },
        scalars: scalarTensors(objective, inputs),
      });
      return { loss: minimised, auxiliary: { summary: summaryVector(operations, summary, moments, reported) } };
    },
    trained.map((name) => parameters.get(name) as Tensor),
  );
  return { gradient: operations.pack(gradients), summary: auxiliary.summary };
}

function summaryVector(operations: Operations, layout: SummaryLayout, moments: Readonly<Record<string, Moments>>, reported: Readonly<Record<string, Tensor>>): Tensor {
  const statistics = layout.statistics.flatMap(({ name }) => {
    const { mean, variance } = named(moments, name);
    return [mean, variance];
  });
  return operations.pack([...statistics, ...layout.losses.map((name) => named(reported, name))]);
}

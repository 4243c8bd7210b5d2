import { trainingNetworks, type Moments } from '@lethe/networks';
import type { Objective, Phase } from '@lethe/objectives';
import type { GroupLayout, SummaryLayout } from '@lethe/protocol';
import type { Operations, Signature, StepFunction } from '@lethe/tensorflow';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { layoutOf, type RunDescription } from './run-description.js';

export interface PhaseStep {
  readonly name: string;
  readonly step: StepFunction;
  readonly signature: Signature;
}

/**
 * A phase's gradients as a pure function of flat parameter vectors, one shard of examples, dropout seeds and scalars:
 * `group.<name>` [length] for each group read, `images` [n, h, w, c], `labels` [n, classes], `seeds.round` and
 * `seeds.step` int32 [2], `scalar.<name>` [] -> `gradient` [length of the trained group], `summary` [statistics, losses].
 */
export function phaseStep(description: RunDescription, phaseIndex: number): PhaseStep {
  const { objective, summaries, facts, config } = description;
  const phase = objective.phases[phaseIndex];
  const summary = summaries[phaseIndex];
  if (phase === undefined || summary === undefined) throw new TypeError(`the objective ${objective.name} has no phase ${phaseIndex}`);
  const { height, width, channels } = facts.shape;
  const examples = config.batchSize / config.shards;
  const scalars = Object.keys(objective.scalars(0));
  const trained = layoutOf(description, phase.trains);

  return {
    name: `${phase.name}-${examples}`,
    signature: {
      inputs: {
        ...Object.fromEntries(phase.reads.map((group) => [`group.${group}`, { dtype: 'float32', shape: [layoutOf(description, group).length] }])),
        images: { dtype: 'float32', shape: [examples, height, width, channels] },
        labels: { dtype: 'float32', shape: [examples, facts.classes.length] },
        'seeds.round': { dtype: 'int32', shape: [2] },
        'seeds.step': { dtype: 'int32', shape: [2] },
        ...Object.fromEntries(scalars.map((name) => [`scalar.${name}`, { dtype: 'float32', shape: [] }])),
      },
      outputs: ['gradient', 'summary'],
    },
    step: (operations, inputs) => {
      const parameters = new Map(phase.reads.flatMap((group) => [...namedTensors(operations, input(inputs, `group.${group}`), layoutOf(description, group))]));
      const moments = new Map<string, Moments>();
      const { gradients, aside } = operations.gradients(
        (variables) => {
          const { minimised, reported } = phase.loss({
            operations,
            networks: trainingNetworks({
              operations,
              networks: allNetworks(objective),
              parameters: new Map([...parameters, ...trained.segments.map(({ name }, index) => [name, variables[index]] as const)] as [string, Tensor][]),
              seeds: { round: input(inputs, 'seeds.round') as Tensor1D, step: input(inputs, 'seeds.step') as Tensor1D },
              recordMoments: (name, value) => moments.set(name, value),
            }),
            batch: { images: input(inputs, 'images') as Tensor4D, labels: input(inputs, 'labels') as Tensor2D },
            scalars: Object.fromEntries(scalars.map((name) => [name, input(inputs, `scalar.${name}`)])),
          });
          return { minimised, aside: { summary: summaryVector({ operations, summary, moments, reported, phase }) } };
        },
        trained.segments.map(({ name }) => found(parameters, name)),
      );
      return { gradient: operations.concat(gradients.map((gradient) => operations.reshape(gradient, [-1])), 0), summary: found(new Map(Object.entries(aside)), 'summary') };
    },
  };
}

/** Cuts a group's flat vector into its tensors. */
export function namedTensors(operations: Operations, vector: Tensor, layout: GroupLayout): Map<string, Tensor> {
  return new Map(layout.segments.map(({ name, shape, offset, length }) => [name, operations.reshape(operations.slice(vector, [offset], [length]), [...shape])]));
}

export function allNetworks(objective: Objective): Objective['groups'][number]['networks'] {
  return objective.groups.flatMap(({ networks }) => networks);
}

interface SummaryParts {
  readonly operations: Operations;
  readonly summary: SummaryLayout;
  readonly moments: ReadonlyMap<string, Moments>;
  readonly reported: Readonly<Record<string, Tensor>>;
  readonly phase: Phase;
}

function summaryVector({ operations, summary, moments, reported, phase }: SummaryParts): Tensor {
  const statistics = summary.statistics.flatMap(({ name }) => {
    const { mean, variance } = found(moments, name);
    return [mean, variance] as Tensor[];
  });
  const losses = phase.losses.map((name) => operations.reshape(found(new Map(Object.entries(reported)), name), [1]));
  return operations.concat([...statistics, ...losses], 0);
}

function input(inputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  return found(new Map(Object.entries(inputs)), name);
}

function found<Value>(values: ReadonlyMap<string, Value>, name: string): Value {
  const value = values.get(name);
  if (value === undefined) throw new TypeError(`the step has nothing named ${name}`);
  return value;
}

import { attributeSizes, labelColumns, type GatheredBatch } from '@lethe/data';
import { entryOf } from '@lethe/errors';
import type { Moments } from '@lethe/networks';
import type { Batch, Objective, Phase } from '@lethe/objectives';
import { networkSlices, type GroupLayout, type StepAssignment } from '@lethe/protocol';
import type { InputSpecification, Operations, Signature } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { evaluatedLayouts, layoutOf, type RunDescription } from './run-description.js';

/** Tensors by the names of a step's inputs. */
export type InputTensors = Readonly<Record<string, Tensor>>;

/** Begins the name of an input with the parameters of a network. */
export const NETWORK_INPUT = 'network.';

const SEEDS: InputSpecification = { type: 'int32', shape: [2] };

/** The input of that name. */
export function inputOf(inputs: InputTensors, name: string): Tensor {
  return entryOf(inputs, name, 'the step');
}

/** Images, labels, domains and attributes, as every step takes them. */
export function batchSignature({ facts }: RunDescription, examples: number): Record<string, InputSpecification> {
  const { height, width, channels } = facts.shape;
  const attributes = attributeSizes(facts).map(([name, size]) => [name, { type: 'float32', shape: [examples, size] }] as const);
  return {
    ...Object.fromEntries(attributes),
    images: { type: 'float32', shape: [examples, height, width, channels] },
    labels: { type: 'float32', shape: [examples, labelColumns(facts)] },
    domains: { type: 'float32', shape: [examples, facts.domains.length] },
  };
}

/** A batch among the inputs of a step. @param suffix behind the names of the inputs */
export function batchTensors(description: RunDescription, inputs: InputTensors, suffix = ''): Batch {
  const images = inputOf(inputs, `images${suffix}`);
  return {
    images,
    undistorted: inputs[`undistorted${suffix}`] ?? images,
    labels: inputOf(inputs, `labels${suffix}`),
    domains: inputOf(inputs, `domains${suffix}`),
    attributes: Object.fromEntries(attributeSizes(description.facts).map(([name]) => [name, inputOf(inputs, `${name}${suffix}`)])),
  };
}

/** Gathered examples as inputs of a step. @param suffix behind the names of the inputs */
export function batchInputs({ attributes, ...others }: GatheredBatch, suffix = ''): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries({ ...others, ...attributes }).map(([name, values]) => [`${name}${suffix}`, values]));
}

/** The objective's scalars, as every step takes them. */
export function scalarSignature(objective: Objective): Record<string, InputSpecification> {
  return Object.fromEntries(Object.keys(objective.scalars(0)).map((name) => [`scalar.${name}`, { type: 'float32', shape: [] }] as const));
}

/** The scalars among the inputs of a step, by the objective's names. */
export function scalarTensors(objective: Objective, inputs: InputTensors): Record<string, Tensor> {
  return Object.fromEntries(Object.keys(objective.scalars(0)).map((name) => [name, inputOf(inputs, `scalar.${name}`)]));
}

/** The values of the scalars as inputs of a step. */
export function scalarInputs(scalars: StepAssignment['scalars']): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`scalar.${name}`, Float32Array.of(value)]));
}

/** Cuts a flat vector into the tensors that lie in it, by their names. */
export function namedTensors(operations: Operations, vector: Tensor, { segments }: Pick<GroupLayout, 'segments'>): Map<string, Tensor> {
  const tensors = operations.unpack(vector, segments.map(({ shape }) => shape));
  return new Map(segments.map(({ name }, index) => [name, tensors[index] as Tensor]));
}

/** The parameters of a group's networks among the inputs of a step, by their names. */
export function networkTensors(operations: Operations, inputs: InputTensors, layout: GroupLayout): [string, Tensor][] {
  return networkSlices(layout).flatMap(({ network }) => {
    const segments = layout.segments.filter((segment) => segment.network === network);
    return [...namedTensors(operations, inputOf(inputs, `${NETWORK_INPUT}${network}`), { segments })];
  });
}

/** Begins the name of an input with the running statistics of a group. */
export const STATISTICS_INPUT = 'statistics.';

/** The running statistics of groups, as a step takes them. Groups without any have no input. */
export function statisticsSignature(layouts: readonly GroupLayout[]): Record<string, InputSpecification> {
  return Object.fromEntries(layouts.filter(({ statisticsLength }) => statisticsLength > 0).map(({ name, statisticsLength }) => (
    [`${STATISTICS_INPUT}${name}`, { type: 'float32', shape: [statisticsLength] }] as const
  )));
}

/** The running statistics of groups among the inputs of a step, by the full names of their normalisations. */
export function statisticsTensors(operations: Operations, inputs: InputTensors, layouts: readonly GroupLayout[]): Map<string, Moments> {
  return new Map(layouts.flatMap((layout) => layout.statistics.map(({ name, offset, channels }): [string, Moments] => {
    const part = (from: number): Tensor => operations.slice(inputOf(inputs, `${STATISTICS_INPUT}${layout.name}`), [from], [channels]);
    return [name, { mean: part(offset), variance: part(offset + channels) }];
  })));
}

/** All inputs of a phase's step that computes `width` shards of `examples` examples each. */
export function phaseSignature(
  description: RunDescription,
  phase: Phase,
  { examples, width }: { examples: number; width: number },
): Signature {
  const networks = phase.reads.flatMap((group) =>
    networkSlices(layoutOf(description, group)).map(
      ({ network, from, to }) => [`${NETWORK_INPUT}${network}`, { type: 'float32', shape: [to - from] }] as const,
    ),
  );
  const shard = { ...trainingSignature(description, examples), 'seeds.round': SEEDS, 'seeds.step': SEEDS };
  return {
    ...Object.fromEntries(networks),
    ...statisticsSignature(evaluatedLayouts(description, phase)),
    ...scalarSignature(description.objective),
    ...Object.fromEntries(
      Array.from({ length: width }, (_, index) =>
        Object.entries(shard).map(([name, input]) => [`${name}.${index}`, input] as const),
      ).flat(),
    ),
  };
}

/** A batch as it is trained on: distorted images come with their originals. */
function trainingSignature(description: RunDescription, examples: number): Record<string, InputSpecification> {
  const signature = batchSignature(description, examples);
  if (description.config.data.augmentation === null) return signature;
  return { ...signature, undistorted: entryOf(signature, 'images', 'a batch') };
}

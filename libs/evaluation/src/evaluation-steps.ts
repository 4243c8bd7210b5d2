import { attributeSizes, labelColumns } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { evaluationNetworks } from '@lethe/networks';
import type { LossContext } from '@lethe/objectives';
import { guardedOperations, type CompiledStep, type Engine, type Operations, type Signature } from '@lethe/tensorflow';
import {
  allNetworks, batchSignature, batchTensors, inputOf, namedTensors, runOfGame, scalarSignature, scalarTensors, statisticsSignature,
  statisticsTensors, type InputTensors, type RunDescription,
} from '@lethe/graphs';
import type { Tensor } from '@tensorflow/tfjs';

export interface EvaluationStepOptions {
  readonly engine: Engine;
  readonly description: RunDescription;
  readonly name: string;
  /** The constant batch size of the graph. */
  readonly examples: number;
  /** @param features [examples, encodedSize] where `readsFeatures` */
  readonly compute: (context: LossContext, features?: Tensor) => Tensor;
  /** Whether the input `features` is read beside the batch. */
  readonly readsFeatures?: boolean;
  /** Whether bottlenecks draw noise as in training, from the input `seeds` (int32 [2]). */
  readonly isNoisy?: boolean;
}

export type EvaluationStep = CompiledStep<string, 'result'>;

/** Compiles a function of the networks in evaluation mode: running statistics, no dropout. */
export function compileEvaluation(options: EvaluationStepOptions): Promise<EvaluationStep> {
  const { engine, description, name, examples, compute, readsFeatures = false, isNoisy = false } = options;
  const signature: Signature = {
    ...evaluationSignature(description, examples),
    ...(readsFeatures ? { features: { type: 'float32', shape: [examples, description.objective.encodedSize] } as const } : {}),
    ...(isNoisy ? { seeds: { type: 'int32', shape: [2] } as const } : {}),
  };
  return engine.compile(
    `${name}-${examples} of game ${description.objective.name}`,
    (inputs) => {
      const where = `game ${description.objective.name}, ${name}`;
      const operations = guardedOperations(engine.operations, { where, inputs: Object.values(inputs) });
      return { result: runOfGame(where, () => compute(evaluationContext(description, operations, inputs), inputs.features)) };
    },
    signature,
  );
}

/** Vectors of the groups and their statistics, scalars and a batch: what every evaluation reads. */
export function evaluationSignature(description: RunDescription, examples: number): Signature {
  const vectors = description.layouts.map(({ name, length }) => [`group.${name}`, { type: 'float32', shape: [length] }] as const);
  return {
    ...Object.fromEntries(vectors), ...statisticsSignature(description.layouts), ...scalarSignature(description.objective),
    ...batchSignature(description, examples),
  };
}

/** The vectors of the groups and the statistics of those that have any, by group, as the inputs of an evaluation. */
export function evaluationVectors<Vector>(
  groups: Iterable<readonly [group: string, vector: Vector]>, statistics: Iterable<readonly [group: string, vector: Float32Array]>,
): Record<string, Vector | Float32Array> {
  return {
    ...Object.fromEntries(Array.from(groups, ([group, vector]) => [`group.${group}`, vector] as const)),
    ...Object.fromEntries(Array.from(statistics, ([group, vector]) => [`statistics.${group}`, vector] as const)),
  };
}

/** Labels, domains and attributes of examples without any. */
export function unlabelled({ facts }: RunDescription, examples: number): Record<string, Float32Array> {
  const sizes = [['labels', labelColumns(facts)], ['domains', facts.domains.length], ...attributeSizes(facts)] as const;
  return Object.fromEntries(sizes.map(([name, size]) => [name, new Float32Array(examples * size)]));
}

/** Log-probabilities [examples, classes]. @throws LetheError CONFIG_INVALID for an objective that predicts nothing */
export function predicted({ objective }: RunDescription, context: LossContext): Tensor {
  if (objective.predict === null) throw notOffered(objective.name, 'predicts nothing');
  return objective.predict(context);
}

function notOffered(objective: string, what: string): LetheError {
  return new LetheError('CONFIG_INVALID', `objective.kind: expected another objective, found ${objective}, which ${what}`);
}

/**
 * Networks in evaluation mode and a batch, as what a game computes takes them.
 * @param inputs vectors of the groups and their statistics, scalars and a batch, as the signature of `compileEvaluation` names them
 */
export function evaluationContext(description: RunDescription, operations: Operations, inputs: InputTensors): LossContext {
  const { layouts, objective } = description;
  const parameters = new Map(layouts.flatMap((layout) => [...namedTensors(operations, inputOf(inputs, `group.${layout.name}`), layout)]));
  const statistics = statisticsTensors(operations, inputs, layouts);
  return {
    operations,
    networks: evaluationNetworks({
      operations, networks: allNetworks(objective), parameters, statistics,
      ...(inputs.seeds === undefined ? {} : { noiseSeed: inputs.seeds }),
    }),
    batch: batchTensors(description, inputs),
    scalars: scalarTensors(objective, inputs),
  };
}

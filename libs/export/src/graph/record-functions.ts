import { deployedFunctions, evaluationContext } from '@lethe/evaluation';
import { batchSignature, type InputTensors, type RunDescription } from '@lethe/graphs';
import { exportedNames, FEATURES, flatUnlessImage } from './exported-names.js';
import { GraphBuilder } from './graph-builder.js';
import { BATCH, type GraphFunction } from './graph-node.js';
import { NamedVector, type NamedPart } from './named-vector.js';
import { asTensor, nodeOf, recordingOperations } from './recording-operations.js';
import { splitLinearLayers } from './split-linear-layers.js';

/** Trained networks: their parameters and running statistics, as `compileEvaluation` names them (`group.NAME`, `statistics.NAME`). */
export interface TrainedNetworks {
  readonly description: RunDescription;
  readonly vectors: Readonly<Record<string, Float32Array>>;
  readonly rounds: number;
}

/**
 * What the networks of a run can do, as graphs for any number of examples that share what they have in common: the functions of
 * `deployedFunctions`. Images are [examples, height, width, channels]; what has no height and width, the rows of a table and vectors,
 * [examples, numbers].
 */
export function recordFunctions(networks: TrainedNetworks): GraphFunction[] {
  const { description } = networks;
  const names = exportedNames(description);
  const builder = new GraphBuilder();
  const operations = recordingOperations(builder);
  const input = (name: string, shape: readonly number[]) => builder.node({ kind: 'input', name, shape: [BATCH, ...shape] });
  const features = asTensor(input(FEATURES, [description.objective.encodedSize]));
  const context = evaluationContext(description, operations, { ...vectorsOf(networks), ...scalarsOf(description), ...batchOf() });
  const functions = deployedFunctions(description).map((deployed): GraphFunction => {
    const outputNames = names.outputs(deployed);
    const outputs = deployed.outputs.map(({ compute, shape }, index) => ({
      name: outputNames[index] ?? '',
      node: builder.node({ kind: 'reshape', shape: [BATCH, ...flatUnlessImage(shape)] }, nodeOf(compute(context, features))),
    }));
    return { name: deployed.name, outputs };
  });
  return splitLinearLayers(builder, functions);

  function batchOf(): InputTensors {
    return Object.fromEntries(Object.entries(batchSignature(description, 1)).map(([name, { shape: [, ...shape] }]) => {
      const given = input(names.input(name, shape), flatUnlessImage(shape));
      return [name, asTensor(builder.node({ kind: 'reshape', shape: [BATCH, ...shape] }, given))];
    }));
  }

  function scalarsOf({ objective }: RunDescription): InputTensors {
    const scalars = objective.scalars(networks.rounds);
    return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`scalar.${name}`, operations.constant([value], [])]));
  }
}

function vectorsOf({ description, vectors }: TrainedNetworks): InputTensors {
  return Object.fromEntries(description.layouts.flatMap(({ name, segments, statistics }) => {
    const running = statistics.flatMap((one): NamedPart[] => [
      { name: `${one.name}.running_mean`, offset: one.offset, length: one.channels },
      { name: `${one.name}.running_var`, offset: one.offset + one.channels, length: one.channels },
    ]);
    const named = [[`group.${name}`, segments], [`statistics.${name}`, running]] as const;
    return named.flatMap(([input, parts]) => {
      const values = vectors[input];
      return values === undefined ? [] : [[input, asTensor(new NamedVector(values, parts))] as const];
    });
  }));
}

import { deployedFunctions, evaluationContext } from '@lethe/evaluation';
import { batchSignature, type InputTensors, type RunDescription } from '@lethe/graphs';
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

/** What an encoder gives, and what a decoder makes examples of. */
export const FEATURES = 'features';

/** What an example is called: an image, or the row of a table or a vector. */
function exampleName(shape: readonly number[]): string {
  return flatUnlessImage(shape).length === 1 ? 'rows' : 'images';
}

/**
 * What the networks of a run can do, as graphs for any number of examples that share what they have in common: the functions of
 * `deployedFunctions`. Images are [examples, height, width, channels]; what has no height and width, the rows of a table and vectors,
 * [examples, numbers].
 */
export function recordFunctions(networks: TrainedNetworks): GraphFunction[] {
  const { description } = networks;
  const builder = new GraphBuilder();
  const operations = recordingOperations(builder);
  const input = (name: string, shape: readonly number[]) => builder.node({ kind: 'input', name, shape: [BATCH, ...shape] });
  const features = asTensor(input(FEATURES, [description.objective.encodedSize]));
  const context = evaluationContext(description, operations, { ...vectorsOf(networks), ...scalarsOf(description), ...batchOf() });
  const functions = deployedFunctions(description).map(({ name, compute, outputShape }): GraphFunction => {
    const output = nodeOf(compute(context, features));
    const outputName = { encoder: FEATURES, decoder: exampleName(outputShape), predictor: 'log_probabilities' }[name];
    return { name, outputName, output: builder.node({ kind: 'reshape', shape: [BATCH, ...flatUnlessImage(outputShape)] }, output) };
  });
  return splitLinearLayers(builder, functions);

  function batchOf(): InputTensors {
    return Object.fromEntries(Object.entries(batchSignature(description, 1)).map(([name, { shape: [, ...shape] }]) => {
      const given = input(exportedInput(name, shape), flatUnlessImage(shape));
      return [name, asTensor(builder.node({ kind: 'reshape', shape: [BATCH, ...shape] }, given))];
    }));
  }

  function scalarsOf({ objective }: RunDescription): InputTensors {
    const scalars = objective.scalars(networks.rounds);
    return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`scalar.${name}`, operations.constant([value], [])]));
  }
}

/** What an input of a batch is called in what is exported. @param shape of one example */
export function exportedInput(name: string, shape: readonly number[]): string {
  return name === 'images' ? exampleName(shape) : name.replace('.', '_');
}

/** The shape of an example as it is exported. */
function flatUnlessImage(shape: readonly number[]): readonly number[] {
  const [height, width, numbers] = shape;
  return shape.length === 3 && height === 1 && width === 1 && numbers !== undefined ? [numbers] : shape;
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

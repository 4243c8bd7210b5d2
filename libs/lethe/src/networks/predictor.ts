import { LetheError } from '@lethe/errors';
import { deployedHeads, type DeployedHead, type PredictedAttribute } from '@lethe/evaluation';
import type { LoadedNetworks } from './loaded-networks.js';
import type { RunNetworks } from './open-run-networks.js';

/** What is predicted of an attribute, of examples one after the other. */
export type Prediction = PredictedCategory | PredictedNumber;

/** A predicted category. */
export interface PredictedCategory {
  readonly kind: 'category';
  /** In the order of the probabilities. */
  readonly categories: readonly string[];
  /** The likeliest category of each example. */
  readonly likeliest: readonly string[];
  /** [examples, categories] */
  readonly probabilities: Float32Array;
}

/** A predicted number, in its own unit. */
export interface PredictedNumber {
  readonly kind: 'number';
  /** [examples] */
  readonly values: Float32Array;
  /** Standard deviations of the values that the run expects, [examples]. */
  readonly deviations: Float32Array;
}

/** What a run predicts. @throws LetheError CONFIG_INVALID for a run that predicts nothing */
export function headsOf({ run, description }: RunNetworks): readonly DeployedHead[] {
  const heads = deployedHeads(description);
  if (heads.length > 0) return heads;
  const expected = 'a run that keeps something by name (--keep), or adapts to a domain';
  throw new LetheError('CONFIG_INVALID', `${run.name}: expected ${expected}, found one that predicts nothing`);
}

/** Compiles what heads say of inputs as the networks see them: a prediction for each head, in their order. */
export async function compilePredictor(
  loaded: LoadedNetworks, heads: readonly DeployedHead[],
): Promise<(inputs: Float32Array) => Promise<readonly Prediction[]>> {
  const compute = await loaded.compile({
    name: 'predict', seeds: null, compute: (context) => context.operations.concat(heads.map((head) => head.compute(context)), 1),
  });
  const outputs = heads.map(({ shape }) => shape.reduce((product, length) => product * length, 1));
  const size = outputs.reduce((sum, count) => sum + count, 0);
  return async (inputs) => {
    const found = await compute(inputs);
    let start = 0;
    return heads.map(({ attribute }, index) => {
      const from = start;
      start += outputs[index] ?? 0;
      return readPrediction(attribute, outputsOf(found, { size, from, to: start }));
    });
  };
}

function readPrediction(attribute: PredictedAttribute, outputs: Float32Array): Prediction {
  if (attribute.kind === 'number') {
    const [values, deviations] = [0, 1].map((column) => outputs.filter((_, index) => index % 2 === column)) as [Float32Array, Float32Array];
    return { kind: 'number', values, deviations };
  }
  const { categories } = attribute;
  const likeliest = Array.from({ length: outputs.length / categories.length }, (_, example) => {
    const row = outputs.subarray(example * categories.length, (example + 1) * categories.length);
    return categories[row.indexOf(row.reduce((best, value) => Math.max(best, value), -Infinity))] ?? '';
  });
  return { kind: 'category', categories, likeliest, probabilities: outputs.map(Math.exp) };
}

interface Place { readonly size: number; readonly from: number; readonly to: number }

/** [examples, to - from] of values [examples, size]. */
function outputsOf(values: Float32Array, { size, from, to }: Place): Float32Array {
  return values.filter((_, index) => index % size >= from && index % size < to);
}

import type { KeptNumber } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import type { ExampleFunction, LoadedNetworks } from './loaded-networks.js';
import type { RunNetworks } from './open-run-networks.js';

/** Something that a run predicts: a category, or a number. */
export type PredictedAttribute =
  | { readonly kind: 'category'; readonly name: string; readonly categories: readonly string[] }
  | { readonly kind: 'number'; readonly name: string };

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

/** A head of a run, and what its outputs say. */
export interface Head {
  readonly attribute: PredictedAttribute;
  /** Numbers of an example: log-probabilities, or mean and ln variance. */
  readonly outputs: number;
  readonly compute: ExampleFunction['compute'];
  /** @param outputs [examples, outputs] */
  readonly read: (outputs: Float32Array) => Prediction;
}

/**
 * What a run predicts: each attribute that it keeps; with domain adaptation the label.
 * @throws LetheError CONFIG_INVALID for a run that predicts nothing
 */
export function headsOf({ run, description: { objective, facts } }: RunNetworks): readonly Head[] {
  const { predict, readKept } = objective;
  const kept = facts.kept.flatMap((attribute, index): Head[] => {
    const compute = readKept[index] ?? null;
    if (compute === null) return [];
    return [attribute.kind === 'category' ? category(attribute.name, attribute.categories, compute) : number(attribute, compute)];
  });
  const heads = kept.length > 0 || predict === null ? kept : [category('label', facts.classes, predict)];
  if (heads.length > 0) return heads;
  const expected = 'a run that keeps something by name (--keep), or adapts to a domain';
  throw new LetheError('CONFIG_INVALID', `${run.name}: expected ${expected}, found one that predicts nothing`);
}

function category(name: string, categories: readonly string[], compute: Head['compute']): Head {
  const outputs = categories.length;
  return {
    attribute: { kind: 'category', name, categories }, outputs, compute,
    read: (logProbabilities) => {
      const likeliest = Array.from({ length: logProbabilities.length / outputs }, (_, example) => {
        const row = logProbabilities.subarray(example * outputs, (example + 1) * outputs);
        return categories[row.indexOf(row.reduce((best, value) => Math.max(best, value), -Infinity))] ?? '';
      });
      return { kind: 'category', categories, likeliest, probabilities: logProbabilities.map(Math.exp) };
    },
  };
}

function number({ name, mean, deviation }: KeptNumber, compute: Head['compute']): Head {
  return {
    attribute: { kind: 'number', name }, outputs: 2, compute,
    read: (outputs) => ({
      kind: 'number',
      values: outputs.filter((_, index) => index % 2 === 0).map((value) => value * deviation + mean),
      deviations: outputs.filter((_, index) => index % 2 === 1).map((logVariance) => Math.exp(logVariance / 2) * deviation),
    }),
  };
}

/** Compiles what heads say of inputs as the networks see them: a prediction for each head, in their order. */
export async function compilePredictor(
  loaded: LoadedNetworks, heads: readonly Head[],
): Promise<(inputs: Float32Array) => Promise<readonly Prediction[]>> {
  const compute = await loaded.compile({
    name: 'predict', seeds: null, compute: (context) => context.operations.concat(heads.map((head) => head.compute(context)), 1),
  });
  const size = heads.reduce((sum, { outputs }) => sum + outputs, 0);
  return async (inputs) => {
    const found = await compute(inputs);
    let start = 0;
    return heads.map(({ outputs, read }) => {
      start += outputs;
      return read(outputsOf(found, { size, from: start - outputs, to: start }));
    });
  };
}

interface Place { readonly size: number; readonly from: number; readonly to: number }

/** [examples, to - from] of values [examples, size]. */
function outputsOf(values: Float32Array, { size, from, to }: Place): Float32Array {
  return values.filter((_, index) => index % size >= from && index % size < to);
}

import type { PlacedAttribute } from '@lethe/evaluation';
import type { CompiledFunction } from './loaded-networks.js';
import { oneHotRows } from './told-values.js';

/** The number of the value that each example is taken to have, by the name of the attribute. */
export type OwnValues = ReadonlyMap<string, readonly number[]>;

/** Each attribute is looked at again once the others are known. */
const PASSES = 2;

export interface ToEstimate {
  readonly redraw: CompiledFunction;
  readonly attributes: readonly PlacedAttribute[];
  /** Those that are known, of all examples. */
  readonly set: ReadonlyMap<string, number>;
  readonly examples: number;
}

/**
 * The values that examples have as far as the decoder can tell: those under which each is rebuilt best, by the mean squared error.
 * Attributes are gone through one after another, each with the values of the others that were found before.
 * @param inputs [examples, ...] as the networks see them
 */
export async function estimateOwnValues(inputs: Float32Array, { redraw, attributes, set, examples }: ToEstimate): Promise<OwnValues> {
  const found = new Map(attributes.map(({ name }) => [name, new Array<number>(examples).fill(set.get(name) ?? 0)]));
  const open = attributes.filter(({ name }) => !set.has(name));
  for (let pass = 0; pass < (open.length > 1 ? PASSES : Math.min(1, open.length)); pass += 1) {
    for (const attribute of open) {
      const errors: Float64Array[] = [];
      for (const value of attribute.categories.keys()) {
        const told = toldOf(attributes, new Map([...found, [attribute.name, new Array<number>(examples).fill(value)]]));
        errors.push(errorsOf(inputs, await redraw(inputs, told), examples));
      }
      found.set(attribute.name, Array.from({ length: examples }, (_, example) => leastOf(errors.map((of) => of[example] ?? Infinity))));
    }
  }
  return found;
}

/** What the decoder is told of examples with these values. */
export function toldOf(attributes: readonly PlacedAttribute[], values: OwnValues): Record<string, ReturnType<typeof oneHotRows>> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.input, oneHotRows(values.get(attribute.name) ?? [], attribute)]));
}

/** Squared error of each example. */
function errorsOf(inputs: Float32Array, rebuilt: Float32Array, examples: number): Float64Array {
  const errors = new Float64Array(examples);
  const length = inputs.length / examples;
  for (let index = 0; index < inputs.length; index += 1) {
    const example = Math.floor(index / length);
    errors[example] = (errors[example] ?? 0) + ((inputs[index] ?? 0) - (rebuilt[index] ?? 0)) ** 2;
  }
  return errors;
}

function leastOf(errors: readonly number[]): number {
  return errors.reduce((least, error, index) => (error < (errors[least] ?? Infinity) ? index : least), 0);
}

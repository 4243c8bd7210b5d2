import { MISSING } from '../model/attributes.js';
import type { DataFacts, Dataset } from '../model/dataset.js';
import type { ForgottenFacts, KeptFacts } from '../model/kept-and-forgotten.js';
import { LABEL } from './chosen-attribute.js';
import { partsOf } from './number-parts.js';

/** What a probe reads. */
export interface ProbedAttribute {
  /** Index of the category of each example; -1: missing. A number is read by its ten parts. */
  readonly labels: Int32Array;
  readonly categories: readonly string[];
  /** Means of the parts of a number, in its own unit; null: it is none. */
  readonly means: readonly number[] | null;
  /** A number, in its own unit; NaN: missing. Null: it is none. */
  readonly values: Float64Array | null;
}

/**
 * Any attribute that a run keeps or forgets, or the label, as a probe reads it.
 * @param name as the facts have it; empty: the label
 * @throws RangeError for a name that the facts do not have
 */
export function probedAttribute(dataset: Dataset, facts: Pick<DataFacts, 'classes' | 'kept' | 'forgotten'>, name: string): ProbedAttribute {
  const forgotten = facts.forgotten.findIndex((one) => one.name === name);
  if (forgotten >= 0) return ofForgotten(dataset, facts, forgotten);
  const kept = facts.kept.findIndex((one) => one.name === name);
  if (kept >= 0) return ofKept(dataset, facts, kept);
  if (name === '' || name === LABEL) return ofIndices(dataset.labels, facts.classes);
  const known = [...facts.kept, ...facts.forgotten].map((one) => one.name);
  throw new RangeError(`attribute: expected one of ${known.join(', ')}, or nothing for the label, found ${name}`);
}

function ofForgotten(dataset: Dataset, { forgotten }: Pick<DataFacts, 'forgotten'>, index: number): ProbedAttribute {
  const { name, categories, means } = forgotten[index] as ForgottenFacts;
  const probed = ofIndices(dataset.forgotten[index] as Uint32Array, categories);
  return means === null ? probed : { ...probed, means, values: numbersOf(dataset, name) };
}

function ofKept(dataset: Dataset, { kept }: Pick<DataFacts, 'kept'>, index: number): ProbedAttribute {
  const facts = kept[index] as KeptFacts;
  if (facts.kind === 'category') return ofIndices(dataset.kept[index] as Uint32Array, facts.categories);
  const values = numbersOf(dataset, facts.name);
  return { ...ofIndices(partsOf(values, facts), facts.categories), means: facts.means, values };
}

function numbersOf({ attributes }: Dataset, name: string): Float64Array {
  const attribute = attributes.find((one) => one.name === name);
  if (attribute?.kind !== 'number') throw new TypeError(`${name} is a number in the facts and none in the examples`);
  return attribute.values;
}

function ofIndices(indices: Uint32Array, categories: readonly string[]): ProbedAttribute {
  // MISSING is -1 as a signed number.
  const labels = Int32Array.from(indices, (index) => (index === MISSING ? -1 : index));
  return { labels, categories, means: null, values: null };
}

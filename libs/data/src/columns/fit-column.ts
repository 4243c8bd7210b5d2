import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';
import { sortedClassNames } from '../name-order.js';
import type { FittedColumn } from './fitted-column.js';
import { edgesOf } from './piecewise.js';

/** Categories that have a number each; more are hashed. */
const MOST_ONE_HOT = 256;

/** How numbers are encoded: with mean 0 and deviation 1, or by the pieces of their range that lie below them. */
export type NumberEncoding = 'standardised' | 'piecewise';

/** Fits a column to its values in the training rows. @param training rows in the order in which numbers are summed */
export function fitColumn(attribute: Attribute, training: Uint32Array, numbers: NumberEncoding): FittedColumn {
  if (attribute.kind === 'category') return fitCategories(attribute, training);
  return numbers === 'piecewise' ? fitPieces(attribute, training) : fitStandardised(attribute, training);
}

function fitPieces({ name, values }: NumberAttribute, training: Uint32Array): FittedColumn {
  const known = Float64Array.from(training, (row) => values[row] as number).filter((value) => !Number.isNaN(value));
  return { kind: 'number', encoding: 'pieces', name, marksMissing: known.length < training.length, edges: edgesOf(known.sort()) };
}

/** Mean 0 and deviation 1 over the known training values, summed in the order of the rows. */
function fitStandardised({ name, values }: NumberAttribute, training: Uint32Array): FittedColumn {
  let [sum, known] = [0, 0];
  for (const row of training) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    known += 1;
  }
  const mean = sum / Math.max(1, known);
  let squares = 0;
  for (const row of training) {
    const value = values[row] as number;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  const variance = squares / Math.max(1, known);
  // A constant column has no deviation to divide by.
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  return { kind: 'number', encoding: 'standardised', name, marksMissing: known < training.length, mean, deviation };
}

function fitCategories({ name, categories, values }: CategoryAttribute, training: Uint32Array): FittedColumn {
  const isKnown = new Uint8Array(categories.length);
  let known = 0;
  for (const row of training) {
    const value = values[row] as number;
    if (value === MISSING) continue;
    isKnown[value] = 1;
    known += 1;
  }
  const names = sortedClassNames(categories.filter((_, index) => isKnown[index] === 1));
  const encoding = names.length > MOST_ONE_HOT ? 'hashed' : 'one-hot';
  return { kind: 'category', encoding, name, marksMissing: known < training.length, categories: names };
}

import { createHash } from 'node:crypto';
import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';
import { sortedClassNames } from '../name-order.js';
import type { Encoder } from './encoder.js';
import { piecewiseEncoder } from './piecewise.js';

/** Categories that have a number each; more are hashed. */
const MOST_ONE_HOT = 256;
/** Numbers of a category that is hashed. */
export const HASHED_SIZE = 64;

/** How numbers are encoded: with mean 0 and deviation 1, or by the pieces of their range that lie below them. */
export type NumberEncoding = 'standardised' | 'piecewise';

/** The encoder of an attribute by its values in the training rows. */
export function createEncoder(attribute: Attribute, training: Uint32Array, numbers: NumberEncoding): Encoder {
  if (attribute.kind === 'category') return categoryEncoder(attribute, training);
  return numbers === 'piecewise' ? pieces(attribute, training) : numberEncoder(attribute, training);
}

function pieces(attribute: NumberAttribute, training: Uint32Array): Encoder {
  const { values } = attribute;
  const known = Float64Array.from(training, (row) => values[row] as number).filter((value) => !Number.isNaN(value));
  return withMissing(piecewiseEncoder(attribute, known), known.length < training.length, (row) => Number.isNaN(values[row]));
}

/** Mean 0 and deviation 1 over the known training values, summed in the order of the rows. */
function numberEncoder({ values }: NumberAttribute, training: Uint32Array): Encoder {
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
  const encode: Encoder['encode'] = (row, target, offset) => {
    const value = values[row] as number;
    if (!Number.isNaN(value)) target[offset] = (value - mean) / deviation;
  };
  return withMissing({ size: 1, encode }, known < training.length, (row) => Number.isNaN(values[row]));
}

function categoryEncoder(attribute: CategoryAttribute, training: Uint32Array): Encoder {
  const { categories, values } = attribute;
  const isKnown = new Uint8Array(categories.length);
  let known = 0;
  for (const row of training) {
    const value = values[row] as number;
    if (value === MISSING) continue;
    isKnown[value] = 1;
    known += 1;
  }
  const names = sortedClassNames(categories.filter((_, index) => isKnown[index] === 1));
  const encoder = names.length > MOST_ONE_HOT ? hashed(attribute, isKnown) : oneOf(attribute, names);
  return withMissing(encoder, known < training.length, (row) => values[row] === MISSING);
}

/** A number for each category of the training rows, 1 where a row has it. */
function oneOf({ categories, values }: CategoryAttribute, names: readonly string[]): Encoder {
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = Int32Array.from(categories, (category) => places.get(category) ?? -1);
  const encode: Encoder['encode'] = (row, target, offset) => {
    const place = placeOf[values[row] as number] ?? -1;
    if (place >= 0) target[offset + place] = 1;
  };
  return { size: names.length, encode };
}

/** The signs of a category's numbers are bits of its name's SHA-256. Together they have length 1, as where one of many is 1. */
function hashed({ categories, values }: CategoryAttribute, isKnown: Uint8Array): Encoder {
  const bytes = HASHED_SIZE / 8;
  const signs = new Uint8Array(categories.length * bytes);
  for (const [index, category] of categories.entries()) {
    if (isKnown[index] === 1) signs.set(createHash('sha256').update(category).digest().subarray(0, bytes), index * bytes);
  }
  const size = 1 / Math.sqrt(HASHED_SIZE);
  const encode: Encoder['encode'] = (row, target, offset) => {
    const value = values[row] as number;
    if (isKnown[value] !== 1) return;
    for (let bit = 0; bit < HASHED_SIZE; bit += 1) {
      const isPositive = ((signs[value * bytes + (bit >> 3)] as number) >> (bit & 7)) & 1;
      target[offset + bit] = isPositive === 1 ? size : -size;
    }
  };
  return { size: HASHED_SIZE, isHashed: true, encode };
}

/** One number more where the training rows have missing values: 1 where the value is missing. */
function withMissing(encoder: Encoder, isWanted: boolean, isMissing: (row: number) => boolean): Encoder {
  if (!isWanted) return encoder;
  const { size, encode } = encoder;
  return {
    ...encoder, size: size + 1,
    encode: (row, target, offset) => {
      encode(row, target, offset);
      if (isMissing(row)) target[offset + size] = 1;
    },
  };
}

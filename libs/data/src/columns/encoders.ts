import { createHash } from 'node:crypto';
import { MISSING } from '../model/attributes.js';
import type { Encoder } from './encoder.js';
import type { FittedColumn } from './fitted-column.js';
import { piecewiseEncoder } from './piecewise.js';

/** Numbers of a category that is hashed. */
export const HASHED_SIZE = 64;

/** The encoder of a column, by what was fitted to the training rows. */
export function createEncoder(column: FittedColumn): Encoder {
  const encoder = encoderOfKnown(column);
  if (!column.marksMissing) return encoder;
  const { size, encode } = encoder;
  const isMissing = column.kind === 'number' ? Number.isNaN : (value: number): boolean => value === MISSING;
  return {
    size: size + 1,
    encode: (value, target, offset) => {
      encode(value, target, offset);
      if (isMissing(value)) target[offset + size] = 1;
    },
  };
}

function encoderOfKnown(column: FittedColumn): Encoder {
  switch (column.encoding) {
    case 'standardised':
      return standardised(column.mean, column.deviation);
    case 'pieces':
      return piecewiseEncoder(column.edges);
    case 'one-hot':
      return oneOf(column.categories.length);
    case 'hashed':
      return hashed(column.categories);
  }
}

function standardised(mean: number, deviation: number): Encoder {
  return {
    size: 1,
    encode: (value, target, offset) => {
      if (!Number.isNaN(value)) target[offset] = (value - mean) / deviation;
    },
  };
}

/** A number for each category, 1 where a row has it. */
function oneOf(size: number): Encoder {
  return {
    size,
    encode: (value, target, offset) => {
      if (value < size) target[offset + value] = 1;
    },
  };
}

/** The signs of a category's numbers are bits of its name's SHA-256. Together they have length 1, as where one of many is 1. */
function hashed(categories: readonly string[]): Encoder {
  const bytes = HASHED_SIZE / 8;
  const signs = new Uint8Array(categories.length * bytes);
  for (const [index, category] of categories.entries()) {
    signs.set(createHash('sha256').update(category).digest().subarray(0, bytes), index * bytes);
  }
  const size = 1 / Math.sqrt(HASHED_SIZE);
  const encode: Encoder['encode'] = (value, target, offset) => {
    if (value >= categories.length) return;
    for (let bit = 0; bit < HASHED_SIZE; bit += 1) {
      const isPositive = ((signs[value * bytes + (bit >> 3)] as number) >> (bit & 7)) & 1;
      target[offset + bit] = isPositive === 1 ? size : -size;
    }
  };
  return { size: HASHED_SIZE, encode };
}

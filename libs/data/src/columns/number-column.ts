import { invalidData } from '../invalid-data.js';
import type { NumberAttribute } from '../model/attributes.js';
import { cellOf, type Column } from '../model/column.js';
import { numberIn, type Cells } from './cells.js';
import { flagValue } from './flag-value.js';
import { MOST_FLOAT32 } from './numbers.js';

/**
 * A number that is so many times the column's median leaves nothing of the others: float64 has 15 digits, and a network sees 7 of them.
 */
const ABSURD = 1e15;
/** Beside a majority of zeros, more than counts of anything. */
const ABSURD_BESIDE_ZEROS = 1e20;

/** The numbers of a column; what is none is missing. @throws LetheError DATA_INVALID for numbers that networks cannot see */
export function numberColumn(column: Column, cells: Cells, whereOf: (row: number) => string): NumberAttribute {
  const values = new Float64Array(column.count);
  for (let row = 0; row < column.count; row += 1) values[row] = numberIn(column, cells, row);
  const bad = values.findIndex((value) => Math.abs(value) > MOST_FLOAT32);
  if (bad >= 0) {
    const others = values.reduce((sum, value) => sum + (Math.abs(value) > MOST_FLOAT32 ? 1 : 0), -1);
    throw invalidData(whereOf(bad), `a number in ${column.name} that float32 can hold`, found(column, bad, others));
  }
  return { kind: 'number', name: column.name, values };
}

/** @throws LetheError DATA_INVALID for a number beside which all others of its column are nothing */
export function refuseAbsurdNumbers(column: Column, { values }: NumberAttribute, whereOf: (row: number) => string): void {
  let [least, most, zeros, known] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const value of values) {
    const size = Math.abs(value);
    if (size > most) most = size;
    if (size > 0 && size < least) least = size;
    if (size === 0) zeros += 1;
    if (size >= 0) known += 1;
  }
  const isMostlyZero = zeros * 2 >= known;
  if (!(most > least * ABSURD || (isMostlyZero && most > ABSURD_BESIDE_ZEROS))) return;
  const median = medianSize(values);
  const bound = Math.min(median * ABSURD, isMostlyZero ? ABSURD_BESIDE_ZEROS : Number.POSITIVE_INFINITY);
  const row = values.findIndex((value) => Math.abs(value) > bound);
  if (row < 0) return;
  const others = values.reduce((sum, value) => sum + (Math.abs(value) > bound ? 1 : 0), -1);
  const half = isMostlyZero ? '0' : `at most ${median}`;
  throw invalidData(whereOf(row), `a number in ${column.name} like the others (a half of them are ${half})`, found(column, row, others));
}

/** Without zeros. */
function medianSize(values: Float64Array): number {
  const sizes = values.filter((value) => value !== 0 && !Number.isNaN(value)).map(Math.abs).sort();
  return sizes[Math.floor((sizes.length - 1) / 2)] ?? 0;
}

function found(column: Column, row: number, others: number): string {
  const cell = others > 0 ? `${cellOf(column, row)} (and ${others} more like it)` : cellOf(column, row);
  return `${cell}; an empty cell is a missing value, and --ignore ${flagValue(column.name)} leaves the column out`;
}

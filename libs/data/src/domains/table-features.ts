import { sortedClassNames } from '../name-order.js';
import type { TableColumn, TableRow } from './table.js';

/**
 * Turns rows into numbers by the training rows alone. Numbers get mean 0 and deviation 1, categories a number each. A value that
 * is missing is 0, which is the mean; so is each number of a category that no training row has. A column with missing training
 * values has one more number, which is 1 where the value is missing.
 */
export class TableFeatures {
  readonly size: number;
  readonly #encoders: readonly ColumnEncoder[];

  constructor(columns: readonly TableColumn[], training: readonly TableRow[]) {
    this.#encoders = columns.map(({ kind }, column) => encoderOf(kind, training.map(({ cells }) => cells[column] ?? null)));
    this.size = this.#encoders.reduce((sum, { size }) => sum + size, 0);
  }

  /** Float32 [rows.length, size]. */
  encode(rows: readonly TableRow[]): Float32Array {
    return Float32Array.from(rows.flatMap(({ cells }) => this.#encoders.flatMap(({ encode }, column) => encode(cells[column] ?? null))));
  }
}

interface ColumnEncoder {
  readonly size: number;
  readonly encode: (cell: string | null) => number[];
}

function encoderOf(kind: TableColumn['kind'], cells: readonly (string | null)[]): ColumnEncoder {
  const known = cells.filter((cell) => cell !== null);
  const { size, encode } = kind === 'numeric' ? standardised(known.map(Number)) : oneOf(sortedClassNames(known));
  if (known.length === cells.length) return { size, encode };
  return { size: size + 1, encode: (cell) => [...encode(cell), cell === null ? 1 : 0] };
}

function standardised(values: readonly number[]): ColumnEncoder {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  // A constant column has no deviation to divide by.
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  return { size: 1, encode: (cell) => [cell === null ? 0 : (Number(cell) - mean) / deviation] };
}

function oneOf(categories: readonly string[]): ColumnEncoder {
  return { size: categories.length, encode: (cell) => categories.map((category) => (category === cell ? 1 : 0)) };
}

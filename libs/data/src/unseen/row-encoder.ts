import type { Encoder } from '../columns/encoder.js';
import { createEncoder } from '../columns/encoders.js';
import { flagValue } from '../columns/flag-value.js';
import { invalidData } from '../invalid-data.js';
import type { ReadingNote } from '../model/examples.js';
import type { TablePreprocessing } from '../preprocessing/preprocessing.js';
import { CellReader } from './cell-reader.js';

/** A row of a table in memory: a value for each column, by its name. Null, undefined and NaN are missing values. */
export type TableRow = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>;

/** Turns rows of a table into inputs, as the run did when it was trained. */
export class RowEncoder {
  /** Names of the input columns, in their order. */
  readonly names: readonly string[];
  /** Of each input column. */
  readonly readers: readonly CellReader[];
  readonly #encoders: readonly Encoder[];
  readonly #length: number;
  readonly #decimal: string;

  constructor({ columns, cells, length }: TablePreprocessing) {
    this.names = columns.map(({ name }) => name);
    this.readers = columns.map((column) => new CellReader(column, cells));
    this.#encoders = columns.map(createEncoder);
    this.#length = length;
    this.#decimal = cells.decimal;
  }

  /**
   * The place of each input column among the columns of a table.
   * @param where names the table, for messages
   * @throws LetheError DATA_INVALID naming the columns that are missing
   */
  placesIn(header: readonly string[], where: string): { readonly places: readonly number[]; readonly notes: readonly ReadingNote[] } {
    const missing = this.names.filter((name) => !header.includes(name));
    if (missing.length > 0) {
      const columns = missing.length === 1 ? `a column ${flagValue(missing[0] ?? '')}` : `columns ${missing.map(flagValue).join(', ')}`;
      const found = header.map((name) => name || '(no name)').join(', ');
      throw invalidData(where, `${columns}, which the run was trained with`, found);
    }
    const doubled = this.names.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
    if (doubled !== undefined) throw invalidData(where, `one column ${doubled}`, 'several of that name');
    const surplus = header.filter((name) => !this.names.includes(name));
    const more = surplus.length > 10 ? ` and ${surplus.length - 10} more` : '';
    const text = `${where}: columns that are no inputs of the run are left out: ${surplus.slice(0, 10).join(', ')}${more}`;
    return { places: this.names.map((name) => header.indexOf(name)), notes: surplus.length === 0 ? [] : [{ kind: 'notice', text }] };
  }

  /** Inputs [count, length] of rows. @param valueOf the value of a column in a row, as its reader gave it */
  encode(count: number, valueOf: (column: number, row: number) => number): Float32Array {
    const inputs = new Float32Array(count * this.#length);
    let start = 0;
    for (const [column, { size, encode }] of this.#encoders.entries()) {
      for (let row = 0; row < count; row += 1) encode(valueOf(column, row), inputs, row * this.#length + start);
      start += size;
    }
    return inputs;
  }

  /** Inputs [rows.length, length]. @throws LetheError DATA_INVALID naming a column that a row lacks */
  encodeRows(rows: readonly TableRow[]): Float32Array {
    const values = rows.map((row, index) => {
      const lacking = this.names.filter((name) => !Object.hasOwn(row, name));
      if (lacking.length > 0) {
        throw invalidData(`row ${index}`, `a value of ${lacking.join(', ')} (null: missing)`, Object.keys(row).join(', '));
      }
      return this.names.map((name, column) => (this.readers[column] as CellReader).read(this.#cellOf(row[name]), () => `row ${index}`));
    });
    return this.encode(rows.length, (column, row) => values[row]?.[column] as number);
  }

  /** A value as a file would have it. */
  #cellOf(value: TableRow[string]): string {
    if (value === null || value === undefined || Number.isNaN(value)) return '';
    return typeof value === 'number' && this.#decimal !== '.' ? String(value).replace('.', this.#decimal) : String(value);
  }

  /** What is to be said of the rows that were read since this was asked last. */
  takeNotes(): ReadingNote[] {
    return this.readers.flatMap((reader) => reader.takeNotes());
  }
}

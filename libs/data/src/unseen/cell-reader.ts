import { UNKNOWN } from '../columns/encoder.js';
import type { FittedColumn } from '../columns/fitted-column.js';
import type { ReadingRules } from '../columns/missing-words.js';
import { canonicalNumber, isInfinity, MOST_FLOAT32, parseNumber, type NumberFormat } from '../columns/numbers.js';
import { invalidData } from '../invalid-data.js';
import { MISSING } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import type { TablePreprocessing } from '../preprocessing/preprocessing.js';

/** Different words of a column that are remembered, so that memory stays as it is whatever the column has. */
const MOST_REMEMBERED = 65_536;
const MOST_NAMED = 5;
const NOT_ASCII = /[\u0080-\uffff]/;

/** Reads the cells of an input column as the run read them when it was trained, and counts what it never saw. */
export class CellReader {
  readonly column: FittedColumn;
  readonly #format: NumberFormat & { readonly rules: ReadingRules };
  readonly #missing: ReadonlySet<string>;
  readonly #areWordsMissing: boolean;
  /** Of each category, by its name. */
  readonly #indexOf: ReadonlyMap<string, number>;
  /** The category that a cell means; null: each cell is a category. */
  readonly #named: ReadonlyMap<string, string> | null;
  readonly #remembered = new Map<string, number>();
  readonly #unknown = new Map<string, number>();
  #unknownCells = 0;
  #missingCells = 0;

  constructor(column: FittedColumn, cells: TablePreprocessing['cells']) {
    const { decimal, thousands, rules, missing, wordsMissingIn, named } = cells;
    this.column = column;
    this.#format = { decimal, thousands, rules } as NumberFormat & { readonly rules: ReadingRules };
    const categories = column.kind === 'category' ? column.categories : [];
    // Where + is a value, - is the other one.
    const isSign = categories.includes('+') || categories.includes('-');
    this.#missing = new Set(missing.filter((word) => !(isSign && word === '-')));
    this.#areWordsMissing = wordsMissingIn.includes(column.name);
    this.#indexOf = new Map(categories.map((category, index) => [category, index]));
    const names = named[column.name];
    this.#named = names === undefined ? null
      : new Map(Object.entries(names).flatMap(([name, words]) => words.map((word) => [word, name] as const)));
  }

  /**
   * The value of a cell as the column's encoder takes it.
   * @param where names the row, for messages
   * @throws LetheError DATA_INVALID for a word in a column of numbers, and for a number that float32 cannot hold
   */
  read(cell: string, where: () => string): number {
    const trimmed = cell.trim();
    const word = NOT_ASCII.test(trimmed) ? trimmed.normalize('NFC') : trimmed;
    const value = this.column.kind === 'number' ? this.#numberOf(word, where) : this.#categoryOf(word);
    if (value === UNKNOWN) this.#countUnknown(word);
    if (Number.isNaN(value) || value === MISSING) this.#missingCells += 1;
    return value;
  }

  /** What is to be said of the cells that were read since this was asked last. */
  takeNotes(): ReadingNote[] {
    const { name, marksMissing } = this.column;
    const notes: string[] = [];
    if (this.#unknownCells > 0) {
      const named = [...this.#unknown].map(([word, count]) => `${JSON.stringify(word.slice(0, 40))} (${inWords(count)})`);
      const shown = named.length > MOST_NAMED ? `${named.slice(0, MOST_NAMED).join(', ')} and others` : named.join(', ');
      const rows = this.#unknownCells === 1 ? '1 row has a category' : `${inWords(this.#unknownCells)} rows have categories`;
      notes.push(`column ${name}: ${rows} that the run never saw, and count as none of its own: ${shown}`);
    }
    if (this.#missingCells > 0 && !marksMissing) {
      const rows = this.#missingCells === 1 ? '1 row has no value' : `${inWords(this.#missingCells)} rows have no value`;
      notes.push(`column ${name}: ${rows}; the run never saw that in this column, and takes zeros for it`);
    }
    this.#unknown.clear();
    [this.#unknownCells, this.#missingCells] = [0, 0];
    return notes.map((text) => ({ kind: 'warning', text }));
  }

  #numberOf(word: string, where: () => string): number {
    if (this.#missing.has(word)) return Number.NaN;
    const number = parseNumber(word, this.#format);
    if (number !== null && Math.abs(number) <= MOST_FLOAT32) return number;
    const { name } = this.column;
    const isInfinite = this.#format.rules === 2 && isInfinity(word);
    if (number !== null || isInfinite) throw invalidData(where(), `a number in ${name} that float32 can hold`, word);
    if (this.#areWordsMissing) return Number.NaN;
    const expected = `a number in ${name}, as the run was trained with (an empty cell is a missing value)`;
    throw invalidData(where(), expected, JSON.stringify(word));
  }

  #categoryOf(word: string): number {
    const known = this.#remembered.get(word);
    if (known !== undefined) return known;
    const value = this.#missing.has(word) ? MISSING : this.#indexOf.get(this.#nameOf(word)) ?? UNKNOWN;
    if (this.#remembered.size < MOST_REMEMBERED) this.#remembered.set(word, value);
    return value;
  }

  #nameOf(word: string): string {
    const spelled = canonicalNumber(word, this.#format);
    return this.#named === null ? spelled : this.#named.get(spelled) ?? spelled;
  }

  #countUnknown(word: string): void {
    this.#unknownCells += 1;
    const before = this.#unknown.get(word);
    if (before !== undefined || this.#unknown.size <= MOST_NAMED) this.#unknown.set(word, (before ?? 0) + 1);
  }
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}

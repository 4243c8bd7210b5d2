import { invalidData } from '../../invalid-data.js';
import type { RawTable } from '../../model/column.js';
import { ColumnBuilder, wordMemory, type CellReading, type WordMemory } from './column-builder.js';
import { GrowingArray } from './growing-array.js';

/** Columns of a table at most: more are a damaged file, or a table that lies on its side. */
const MOST_COLUMNS = 2 ** 17;

/**
 * Cells of a table at most. A cell takes 4 bytes, or 12 where a column has very many different numbers: a packed file of a few
 * megabytes may have hundreds of millions of short rows.
 */
const MOST_CELLS = 2 ** 28;

/** A file of a table. */
interface TablePart {
  readonly file: string;
  /** What its rows are counted in, for messages. */
  readonly unit: 'line' | 'row';
  readonly firstRow: number;
}

/** Collects the rows of one or more files with the same columns. */
export class TableBuilder {
  readonly reading: CellReading;
  readonly #memory: WordMemory = wordMemory();
  readonly #parts: TablePart[] = [];
  /** Of each row: its line, or its place in its file. */
  readonly #lines = new GrowingArray((length) => new Uint32Array(length));
  #columns: ColumnBuilder[] = [];

  readonly #mostCells: number;

  constructor(reading: CellReading, mostCells = MOST_CELLS) {
    this.reading = reading;
    this.#mostCells = mostCells;
  }

  /**
   * Begins a file. Its columns may be in another order than those of the files before.
   * @param names from its header
   * @returns its columns in the order of `names`; each is to get a cell for each row
   * @throws LetheError DATA_INVALID for other columns than those of the first file
   */
  begin(file: string, names: readonly string[], unit: TablePart['unit']): readonly ColumnBuilder[] {
    if (names.length > MOST_COLUMNS) throw invalidData(file, `at most ${MOST_COLUMNS} columns`, `${names.length}`);
    this.#memory.file = file;
    const first = this.#parts[0];
    const columns = names.map((name) => new ColumnBuilder(name, this.reading, this.#memory));
    this.#parts.push({ file, unit, firstRow: this.#lines.length });
    if (first === undefined) {
      this.#columns = columns;
      return columns;
    }
    return this.#sameColumns(first.file, file, columns);
  }

  /** Rows so far. */
  get count(): number {
    return this.#lines.length;
  }

  /** A row has been pushed into all columns of its file. @throws LetheError DATA_INVALID for more cells than a table may have */
  endRow(line: number): void {
    this.#lines.push(line);
    if (this.#lines.length * this.#columns.length <= this.#mostCells) return;
    const found = `more after ${this.#lines.length.toLocaleString('en-US')} rows of ${this.#columns.length}`;
    throw invalidData(this.#memory.file, `at most ${this.#mostCells.toLocaleString('en-US')} cells in a table`, found);
  }

  finish(where: string): RawTable {
    const lines = this.#lines.take();
    const parts = this.#parts;
    const columns: RawTable['columns'] = this.#columns.map((column) => column.finish());
    const whereOf = (row: number): string => {
      const part = parts.findLast(({ firstRow }) => firstRow <= row);
      return part === undefined ? where : `${part.file}, ${part.unit} ${lines[row]}`;
    };
    return { where, columns, count: lines.length, whereOf };
  }

  /** The columns of the first file that have these names; of several with one name, each once and in their order. */
  #sameColumns(firstFile: string, file: string, found: readonly ColumnBuilder[]): ColumnBuilder[] {
    const left = new Map<string, ColumnBuilder[]>();
    for (const column of this.#columns) left.set(column.name, [...(left.get(column.name) ?? []), column]);
    const matched = found.map(({ name }) => left.get(name)?.shift());
    const surplus = found.filter((_column, index) => matched[index] === undefined);
    const lacking = [...left.values()].flat();
    const columns = matched.filter((column) => column !== undefined);
    if (surplus.length === 0 && lacking.length === 0) return columns;
    const differences = [
      ...(surplus.length > 0 ? [`${listed(surplus)}, which ${firstFile} lacks`] : []),
      ...(lacking.length > 0 ? [`no ${listed(lacking)}`] : []),
    ];
    throw invalidData(file, `the columns of ${firstFile}, in any order`, differences.join(', and '));
  }
}

function listed(columns: readonly ColumnBuilder[]): string {
  const names = columns.slice(0, 5).map(({ name }) => `"${name}"`).join(', ');
  return columns.length > 5 ? `${names} and ${columns.length - 5} more` : names;
}

/** A column of a table, as readers of files give it. */
interface RawColumn {
  readonly name: string;
  readonly count: number;
  readonly words: readonly string[];
  readonly codes: Uint32Array;
  readonly numbers: null;
}

interface RawTable {
  readonly where: string;
  readonly columns: readonly RawColumn[];
  readonly count: number;
  readonly whereOf: (row: number) => string;
}

/** The table of a header and rows, without quotes, as if it had been read from table.csv. */
export function rawTable(header: string, rows: readonly string[]): RawTable {
  const cells = rows.map((row) => row.split(','));
  return {
    where: 'table.csv',
    columns: header.split(',').map((name, column) => rawColumn(name, cells.map((row) => row[column] ?? ''))),
    count: rows.length,
    whereOf: (row) => `table.csv, line ${row + 2}`,
  };
}

/** A column of cells. */
export function rawColumn(name: string, cells: readonly string[]): RawColumn {
  const words = [...new Set(cells)];
  const codeOf = new Map(words.map((word, code) => [word, code]));
  return { name, count: cells.length, words, codes: Uint32Array.from(cells, (cell) => codeOf.get(cell) ?? 0), numbers: null };
}

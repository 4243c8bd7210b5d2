/**
 * A column of a table as its file has it. Cells are trimmed, and compared in Unicode's composed form (NFC) already. Different cells are
 * kept once; a column with very many different numbers keeps those as numbers.
 */
export interface Column {
  /** From the header, trimmed and composed; empty where the header has no name. */
  readonly name: string;
  readonly count: number;
  /** Different cells in the order in which they first come. */
  readonly words: readonly string[];
  /** Of each row: index into `words`, or IN_NUMBERS. */
  readonly codes: Uint32Array;
  /** Of each row the number, where its code is IN_NUMBERS; null if no code is. All are finite. */
  readonly numbers: Float64Array | null;
}

/** The code of a cell that is kept as a number. */
export const IN_NUMBERS = 0xffff_ffff;

/** A table as its files have it. */
export interface RawTable {
  /** File or folder, for messages. */
  readonly where: string;
  readonly columns: readonly Column[];
  readonly count: number;
  /** Place of a row, for messages: "table.csv, line 7". */
  readonly whereOf: (row: number) => string;
}

/** The cell of a row as text; a number in its shortest spelling. */
export function cellOf(column: Column, row: number): string {
  const code = column.codes[row] as number;
  return code === IN_NUMBERS ? String(column.numbers?.[row]) : (column.words[code] ?? '');
}

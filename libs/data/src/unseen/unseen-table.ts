import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { DataConfig, TableConfig } from '@lethe/config';
import { errorCode } from '@lethe/errors';
import { Unpacking } from '../formats/archives/unpacking.js';
import { openDelimitedText, type TextRow } from '../formats/tables/delimited-text.js';
import { isParquet, openParquet, type ParquetGroup } from '../formats/tables/parquet-file.js';
import { parquetCell } from '../formats/tables/parquet-cells.js';
import { readStart } from '../formats/tables/text-encoding.js';
import { invalidData } from '../invalid-data.js';
import type { ReadingNote } from '../model/examples.js';
import type { TablePreprocessing } from '../preprocessing/preprocessing.js';
import { findTables } from '../readers/table-place.js';
import type { CellReader } from './cell-reader.js';
import { RowEncoder } from './row-encoder.js';
import type { ExampleSource, HearNotes, UnseenExamples, UnseenPiece } from './unseen-examples.js';

/** Rows that are given at once. */
const ROWS_AT_ONCE = 4096;
/** More than there is: nothing of a text that is unpacked is kept. */
const UNBOUNDED_GIB = 2 ** 30;

/** A folder with tables, and how the run reads them. */
export interface UnseenTable {
  readonly folder: string;
  readonly preprocessing: TablePreprocessing;
  readonly data: DataConfig;
  /** Which tables of the folder the run was trained with; null: it does not say. */
  readonly table: TableConfig;
  readonly hear: HearNotes;
}

interface TableToRead extends UnseenTable { readonly rows: RowEncoder }

/** The rows of the tables in a folder, streamed. @throws LetheError DATA_MISSING, DATA_INVALID, also while they are read */
export async function openUnseenTable(asked: UnseenTable): Promise<UnseenExamples> {
  const files = await tablesIn(asked);
  const rows = new RowEncoder(asked.preprocessing);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return {
    origin: files.length === 1 ? files[0] as string : asked.folder, pieces: piecesOf(files, sizes, { ...asked, rows }),
  };
}

/** The files that the run was trained with, if they are here; else the tables of the folder. */
async function tablesIn({ folder, table }: UnseenTable): Promise<string[]> {
  const named = table.files === null ? [] : await findTables(folder, table, { namesSaySplits: false }).catch((error: unknown) => {
    if (errorCode(error) !== 'DATA_MISSING') throw error;
    return [];
  });
  const files = named.length > 0 ? named : await findTables(folder, { files: null }, { namesSaySplits: false });
  return files.map(({ path }) => path);
}

async function *piecesOf(files: readonly string[], sizes: readonly number[], reading: TableToRead): AsyncGenerator<UnseenPiece> {
  const total = Math.max(1, sizes.reduce((sum, size) => sum + size, 0));
  let before = 0;
  for (const [index, file] of files.entries()) {
    const size = sizes[index] as number;
    const isColumnar = isParquet(await readStart(file, 4));
    const pieces = isColumnar ? parquetPieces(file, reading) : textPieces(file, size, reading);
    for await (const piece of pieces) yield { ...piece, share: (before + piece.share * size) / total };
    before += size;
  }
  reading.hear(reading.rows.takeNotes());
}

function sourcesOf({ file, folder }: { readonly file: string; readonly folder: string }, first: number, count: number): ExampleSource[] {
  const name = relative(folder, file).replaceAll(sep, '/');
  return Array.from({ length: count }, (_, row) => ({ file: name, row: first + row }));
}

async function *textPieces(file: string, size: number, reading: TableToRead): AsyncGenerator<UnseenPiece> {
  const { folder, data, rows, hear } = reading;
  const unpacking = new Unpacking(UNBOUNDED_GIB);
  const text = await openDelimitedText(file, { unpacking, content: null, delimiter: null, rules: data.reading.rules });
  let columns: TextColumns | null = null;
  let first = 0;
  for await (const found of text.rows) {
    let below = found;
    if (columns === null) {
      const begun = beginText(file, found[0] as TextRow, reading);
      hear(begun.notes);
      columns = begun;
      below = begun.isHeader ? found.slice(1) : found;
    }
    for (let begin = 0; begin < below.length; begin += ROWS_AT_ONCE) {
      const piece = below.slice(begin, begin + ROWS_AT_ONCE);
      const inputs = encodeText(file, piece, columns, rows);
      const sources = sourcesOf({ file, folder }, first, piece.length);
      yield { count: piece.length, inputs, sources, share: Math.min(1, text.bytesRead() / size) };
      first += piece.length;
    }
  }
  hear(text.notes());
  if (first === 0) throw invalidData(file, 'a row below the header', 'none');
}

interface TextColumns {
  /** Cells of a row. */
  readonly length: number;
  /** Of each input column. */
  readonly places: readonly number[];
  readonly isHeader: boolean;
  readonly notes: readonly ReadingNote[];
}

/** A first line that has the names of the columns is a header; else they are those that the run's settings give. */
function beginText(file: string, { cells }: TextRow, { rows, preprocessing: { header } }: TableToRead): TextColumns {
  const names = cells.map((cell) => cell.trim().normalize('NFC'));
  const isHeader = header === null || rows.names.every((name) => names.includes(name));
  if (!isHeader && header.length !== cells.length) {
    throw invalidData(file, `${header.length} columns (${header.join(', ')}), or their names in the first line`, `${cells.length}`);
  }
  return { length: cells.length, isHeader, ...rows.placesIn(isHeader ? names : header, file) };
}

function encodeText(file: string, piece: readonly TextRow[], { length, places }: TextColumns, rows: RowEncoder): Float32Array {
  for (const { cells, line } of piece) {
    if (cells.length !== length) throw invalidData(`${file}, line ${line}`, `${length} cells like the first line`, `${cells.length}`);
  }
  return rows.encode(piece.length, (column, row) => {
    const { cells, line } = piece[row] as TextRow;
    return (rows.readers[column] as CellReader).read(cells[places[column] as number] as string, () => `${file}, line ${line}`);
  });
}

async function *parquetPieces(file: string, { folder, data, rows, hear }: TableToRead): AsyncGenerator<UnseenPiece> {
  const { names, rows: total, groups, notes } = await openParquet(file, () => new Unpacking(data.unpackedGiB), { holdsAll: false });
  const composed = names.map((name) => name.trim().normalize('NFC'));
  const { places, notes: columnNotes } = rows.placesIn(composed, file);
  hear([...notes, ...columnNotes]);
  for await (const group of groups) {
    const values: Float64Array[] = [];
    for (const [column, place] of places.entries()) {
      const reader = rows.readers[column] as CellReader;
      values.push(await valuesOf(group, names[place] as string, { file, reader, decimal: data.reading.decimal }));
    }
    for (let begin = 0; begin < group.rows; begin += ROWS_AT_ONCE) {
      const count = Math.min(ROWS_AT_ONCE, group.rows - begin);
      const first = group.firstRow + begin;
      const inputs = rows.encode(count, (column, row) => (values[column] as Float64Array)[begin + row] as number);
      yield { count, inputs, sources: sourcesOf({ file, folder }, first, count), share: (first + count) / total };
    }
  }
}

interface ParquetColumn {
  readonly file: string;
  readonly reader: CellReader;
  readonly decimal: string;
}

/** The values of a column of a group, as its encoder takes them. */
async function valuesOf(
  { read, rows, firstRow }: ParquetGroup, name: string, { file, reader, decimal }: ParquetColumn,
): Promise<Float64Array> {
  const values = new Float64Array(rows);
  let filled = 0;
  for (const piece of await read(name)) {
    for (let index = 0; index < piece.length; index += 1) {
      const row = firstRow + filled + 1;
      values[filled] = reader.read(parquetCell(piece[index], decimal), () => `${file}, row ${row}`);
      filled += 1;
    }
  }
  return values;
}

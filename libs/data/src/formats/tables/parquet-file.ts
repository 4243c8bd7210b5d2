import { open, type FileHandle } from 'node:fs/promises';
import { errorMessage, LetheError } from '@lethe/errors';
import { parquetMetadataAsync, parquetRead, parquetSchema, type ColumnMetaData, type FileMetaData, type SchemaTree } from 'hyparquet';
import { invalidData } from '../../invalid-data.js';
import type { ReadingNote } from '../../model/examples.js';
import type { ColumnBuilder } from './column-builder.js';
import { isReadable, parquetCell, TEXT_PARSERS } from './parquet-cells.js';
import { checkPages, PAGE_COMPRESSORS } from './parquet-pages.js';
import type { TableBuilder } from './table-builder.js';
import type { Unpacking } from '../archives/unpacking.js';

const MAGIC = 'PAR1';
/** Bounds on what is read into memory at once: the description of a file, and a column of a group of rows. */
const MOST_METADATA_BYTES = 2 ** 26;
const MOST_CHUNK_BYTES = 2 ** 31 - 1;
/** Rows whose cells are added before other work of the process gets its turn. */
const ROWS_AT_ONCE = 1 << 15;

/** Whether data that begin with these bytes are a Parquet file. */
export function isParquet(start: Buffer): boolean {
  return start.toString('latin1', 0, 4) === MAGIC;
}

/**
 * Reads a Parquet file, a column of a group of rows at a time. Columns of lists, records and bytes are left out and named.
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function readParquet(file: string, table: TableBuilder, unpacking: Unpacking): Promise<ReadingNote[]> {
  const handle = await open(file);
  try {
    return await new ParquetTable(file, handle, unpacking).readInto(table);
  } catch (cause) {
    if (cause instanceof LetheError) throw cause;
    const message = `${file}: expected an intact Parquet file, found it damaged or of a kind that is not read (${errorMessage(cause)})`;
    throw new LetheError('DATA_INVALID', message, { cause, details: { file } });
  } finally {
    await handle.close();
  }
}

interface ColumnOfGroup {
  readonly metadata: FileMetaData;
  readonly child: SchemaTree;
  readonly chunk: ColumnMetaData;
  readonly firstRow: number;
  readonly rows: number;
}

class ParquetTable {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #unpacking: Unpacking;
  #size = 0;

  constructor(file: string, handle: FileHandle, unpacking: Unpacking) {
    this.#file = file;
    this.#handle = handle;
    this.#unpacking = unpacking;
  }

  async readInto(table: TableBuilder): Promise<ReadingNote[]> {
    this.#size = (await this.#handle.stat()).size;
    const metadata = await this.#metadata();
    const { children } = parquetSchema(metadata);
    const flat = children.filter(({ children: parts, element }) => parts.length === 0 && isReadable(element));
    const names = flat.map(({ element }) => element.name);
    if (new Set(names).size < names.length) throw invalidData(this.#file, 'columns of different names', 'two of one name');
    if (flat.length === 0) throw invalidData(this.#file, 'a column of text, numbers or times', 'none');
    this.#expectRows(metadata, flat.length);
    const builders = table.begin(this.#file, names, 'row');
    let firstRow = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      for (const [index, child] of flat.entries()) {
        const chunk = group.columns.find(({ meta_data: found }) => found?.path_in_schema[0] === child.element.name)?.meta_data;
        if (chunk === undefined) throw invalidData(this.#file, `the column ${child.element.name} in every group of rows`, 'none');
        const builder = builders[index] as ColumnBuilder;
        for (const values of await this.#readColumn({ metadata, child, chunk, firstRow, rows })) {
          await pushAll(values, builder, table.reading.decimal);
        }
      }
      for (let row = 1; row <= rows; row += 1) table.endRow(firstRow + row);
      firstRow += rows;
    }
    return this.#notes(children.filter((child) => !flat.includes(child)));
  }

  #notes(others: readonly SchemaTree[]): ReadingNote[] {
    if (others.length === 0) return [];
    const names = others.map(({ element }) => `"${element.name}"`).join(', ');
    return [{ kind: 'warning', text: `${this.#file}: columns of lists, records or bytes are left out: ${names}` }];
  }

  async #metadata(): Promise<FileMetaData> {
    const end = Buffer.from(await this.#bytes(Math.max(0, this.#size - 8), this.#size));
    const isWhole = end.length === 8 && end.toString('latin1', 4) === MAGIC;
    if (!isWhole) throw invalidData(this.#file, `a Parquet file that ends in ${MAGIC}`, 'one that is cut off');
    const length = end.readUInt32LE(0);
    if (length > MOST_METADATA_BYTES) throw invalidData(this.#file, `a description of at most ${MOST_METADATA_BYTES} bytes`, `${length}`);
    const slice = (start: number, until = this.#size): Promise<ArrayBuffer> => this.#bytes(start, until);
    return parquetMetadataAsync({ byteLength: this.#size, slice }, { parsers: TEXT_PARSERS, geoparquet: false });
  }

  /** Each row takes memory whatever its file holds: a number for each column. */
  #expectRows(metadata: FileMetaData, columns: number): void {
    const counts = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
    const rows = counts.reduce((sum, count) => sum + count, 0);
    if (!counts.every((count) => count >= 0) || rows !== Number(metadata.num_rows)) {
      throw invalidData(this.#file, `${metadata.num_rows} rows`, `${rows} in its groups`);
    }
    if (rows === 0) throw invalidData(this.#file, 'a row', 'none');
    this.#unpacking.expect(`${this.#file}, ${rows} rows`, rows * columns * Float64Array.BYTES_PER_ELEMENT);
  }

  /** The values of a column in pieces. */
  async #readColumn({ metadata, child, chunk, firstRow, rows }: ColumnOfGroup): Promise<ArrayLike<unknown>[]> {
    const where = `${this.#file}, column "${child.element.name}"`;
    const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
    const bytes = await this.#bytes(start, start + Number(chunk.total_compressed_size));
    const isOptional = child.element.repetition_type !== 'REQUIRED';
    checkPages({ where, bytes, rows, chunk, isOptional }, this.#unpacking);
    const pieces: ArrayLike<unknown>[] = [];
    await parquetRead({
      file: { byteLength: this.#size, slice: (from, until = this.#size) => bytes.slice(from - start, until - start) },
      metadata, columns: [child.element.name], rowStart: firstRow, rowEnd: firstRow + rows, compressors: PAGE_COMPRESSORS,
      parsers: TEXT_PARSERS, geoparquet: false, onChunk: ({ columnData }) => { pieces.push(columnData); },
    });
    const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (count !== rows) throw invalidData(where, `values for ${rows} rows`, `${count}`);
    return pieces;
  }

  /** @throws LetheError DATA_INVALID for a part that does not lie in the file */
  async #bytes(start: number, end: number): Promise<ArrayBuffer> {
    if (!(start >= 0 && start <= end && end <= this.#size && end - start <= MOST_CHUNK_BYTES)) {
      throw invalidData(this.#file, `parts within its ${this.#size} bytes, of less than 2 GiB`, `one from ${start} to ${end}`);
    }
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw invalidData(this.#file, `${this.#size} bytes`, 'fewer while it was read');
      filled += bytesRead;
    }
    return bytes.buffer;
  }
}

async function pushAll(values: ArrayLike<unknown>, builder: ColumnBuilder, decimal: string): Promise<void> {
  for (let first = 0; first < values.length; first += ROWS_AT_ONCE) {
    const end = Math.min(first + ROWS_AT_ONCE, values.length);
    for (let index = first; index < end; index += 1) builder.push(parquetCell(values[index], decimal));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

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
export async function readParquet(file: string, table: TableBuilder, unpacking: Unpacking): Promise<readonly ReadingNote[]> {
  const { names, groups, notes } = await openParquet(file, () => unpacking, { holdsAll: true });
  const builders = table.begin(file, names, 'row');
  for await (const { firstRow, rows, read } of groups) {
    for (const [index, name] of names.entries()) {
      for (const values of await read(name)) await pushAll(values, builders[index] as ColumnBuilder, table.reading.decimal);
    }
    for (let row = 1; row <= rows; row += 1) table.endRow(firstRow + row);
  }
  return notes;
}

/** A Parquet file that is being read. */
export interface ParquetTable {
  /** Of the columns that can be read. */
  readonly names: readonly string[];
  readonly rows: number;
  /** In their order. The file is open until all are read, or the generator is ended. */
  readonly groups: AsyncGenerator<ParquetGroup>;
  readonly notes: readonly ReadingNote[];
}

/** Rows that lie together. */
export interface ParquetGroup {
  readonly firstRow: number;
  readonly rows: number;
  /** The values of a column of these rows, in pieces. */
  readonly read: (name: string) => Promise<ArrayLike<unknown>[]>;
}

/**
 * Opens a Parquet file. Columns of lists, records and bytes are left out and named.
 * @param unpacking bounds what is unpacked: it is asked for anew for each column of each group
 * @param options `holdsAll`: whether a number of each row of all columns will be held at once
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE, also while the groups are read
 */
export async function openParquet(
  file: string, unpacking: () => Unpacking, { holdsAll }: { readonly holdsAll: boolean },
): Promise<ParquetTable> {
  try {
    const metadata = await withContent({ file, unpacking }, (content) => content.metadata());
    const { children } = parquetSchema(metadata);
    const flat = children.filter(({ children: parts, element }) => parts.length === 0 && isReadable(element));
    const names = flat.map(({ element }) => element.name);
    if (new Set(names).size < names.length) throw invalidData(file, 'columns of different names', 'two of one name');
    if (flat.length === 0) throw invalidData(file, 'a column of text, numbers or times', 'none');
    const rows = rowsOf(file, metadata);
    // Each row takes memory whatever its file holds: a number for each column.
    if (holdsAll) unpacking().expect(`${file}, ${rows} rows`, rows * flat.length * Float64Array.BYTES_PER_ELEMENT);
    const others = children.filter((child) => !flat.includes(child));
    return { names, rows, groups: groupsOf({ file, unpacking }, metadata, flat), notes: notesOf(file, others) };
  } catch (cause) {
    throw damaged(file, cause);
  }
}

async function *groupsOf(place: Place, metadata: FileMetaData, flat: readonly SchemaTree[]): AsyncGenerator<ParquetGroup> {
  const { file } = place;
  const handle = await open(file);
  try {
    const content = new ParquetContent({ ...place, handle, size: (await handle.stat()).size });
    let firstRow = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      const first = firstRow;
      const read = async (name: string): Promise<ArrayLike<unknown>[]> => {
        const child = flat.find(({ element }) => element.name === name) as SchemaTree;
        const chunk = group.columns.find(({ meta_data: found }) => found?.path_in_schema[0] === name)?.meta_data;
        if (chunk === undefined) throw invalidData(file, `the column ${name} in every group of rows`, 'none');
        const column = { metadata, child, chunk, firstRow: first, rows };
        return content.readColumn(column).catch((cause: unknown) => { throw damaged(file, cause); });
      };
      yield { firstRow, rows, read };
      firstRow += rows;
    }
  } finally {
    await handle.close();
  }
}

function damaged(file: string, cause: unknown): LetheError {
  if (cause instanceof LetheError) return cause;
  const message = `${file}: expected an intact Parquet file, found it damaged or of a kind that is not read (${errorMessage(cause)})`;
  return new LetheError('DATA_INVALID', message, { cause, details: { file } });
}

function notesOf(file: string, others: readonly SchemaTree[]): ReadingNote[] {
  if (others.length === 0) return [];
  const names = others.map(({ element }) => `"${element.name}"`).join(', ');
  return [{ kind: 'warning', text: `${file}: columns of lists, records or bytes are left out: ${names}` }];
}

function rowsOf(file: string, metadata: FileMetaData): number {
  const counts = metadata.row_groups.map(({ num_rows: rows }) => Number(rows));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  if (!counts.every((count) => count >= 0) || rows !== Number(metadata.num_rows)) {
    throw invalidData(file, `${metadata.num_rows} rows`, `${rows} in its groups`);
  }
  if (rows === 0) throw invalidData(file, 'a row', 'none');
  return rows;
}

interface ColumnOfGroup {
  readonly metadata: FileMetaData;
  readonly child: SchemaTree;
  readonly chunk: ColumnMetaData;
  readonly firstRow: number;
  readonly rows: number;
}

interface Place {
  readonly file: string;
  readonly unpacking: () => Unpacking;
}

interface OpenFile extends Place {
  readonly handle: FileHandle;
  readonly size: number;
}

/** Reads something of a file, and closes it. */
async function withContent<Result>(place: Place, read: (content: ParquetContent) => Promise<Result>): Promise<Result> {
  const handle = await open(place.file);
  try {
    return await read(new ParquetContent({ ...place, handle, size: (await handle.stat()).size }));
  } finally {
    await handle.close();
  }
}

/** The bytes of a Parquet file, and what they mean. */
class ParquetContent {
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #size: number;
  readonly #unpacking: () => Unpacking;

  constructor({ file, handle, size, unpacking }: OpenFile) {
    this.file = file;
    this.#handle = handle;
    this.#size = size;
    this.#unpacking = unpacking;
  }

  async metadata(): Promise<FileMetaData> {
    const end = Buffer.from(await this.#bytes(Math.max(0, this.#size - 8), this.#size));
    const isWhole = end.length === 8 && end.toString('latin1', 4) === MAGIC;
    if (!isWhole) throw invalidData(this.file, `a Parquet file that ends in ${MAGIC}`, 'one that is cut off');
    const length = end.readUInt32LE(0);
    if (length > MOST_METADATA_BYTES) throw invalidData(this.file, `a description of at most ${MOST_METADATA_BYTES} bytes`, `${length}`);
    const slice = (start: number, until = this.#size): Promise<ArrayBuffer> => this.#bytes(start, until);
    return parquetMetadataAsync({ byteLength: this.#size, slice }, { parsers: TEXT_PARSERS, geoparquet: false });
  }

  /** The values of a column in pieces. */
  async readColumn({ metadata, child, chunk, firstRow, rows }: ColumnOfGroup): Promise<ArrayLike<unknown>[]> {
    const where = `${this.file}, column "${child.element.name}"`;
    const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
    const bytes = await this.#bytes(start, start + Number(chunk.total_compressed_size));
    const isOptional = child.element.repetition_type !== 'REQUIRED';
    checkPages({ where, bytes, rows, chunk, isOptional }, this.#unpacking());
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
      throw invalidData(this.file, `parts within its ${this.#size} bytes, of less than 2 GiB`, `one from ${start} to ${end}`);
    }
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw invalidData(this.file, `${this.#size} bytes`, 'fewer while it was read');
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

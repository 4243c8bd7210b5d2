import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { invalidData as invalid } from '../../invalid-data.js';
import { ByteReader } from './byte-reader.js';
import { foreignKind, START_BYTES } from '../foreign-file.js';
import { bytesOf, numberReader, type NumberType } from './number-array.js';
import { gzipError, isGzip, type Unpacking } from '../archives/unpacking.js';

/** The content of an IDX file of unsigned bytes. */
export interface IdxContent {
  readonly file: string;
  /** Sizes of the dimensions, the outermost first: [count] or [count, rows, columns]. */
  readonly dimensions: readonly number[];
  /** The elements in row-major order. */
  readonly values: Uint8Array;
}

/** The labels in an IDX file, as the file has them. */
export interface IdxLabels { readonly file: string; readonly values: Int32Array }

/** Number of dimensions of a file: 1 for labels, 3 for images. */
export type IdxRank = 1 | 3;

/** Types by the third byte of a file. */
const TYPES: Readonly<Record<number, NumberType>> = {
  0x08: 'uint8', 0x09: 'int8', 0x0b: 'int16', 0x0c: 'int32', 0x0d: 'float32', 0x0e: 'float64',
};
const MAGIC_BYTES = 4;
/** Each size, big-endian like everything in IDX. */
const SIZE_BYTES = 4;
/** QMNIST's rows: the class, then the writer and other numbers. */
const QMNIST_COLUMNS = 8;
const READ_BYTES = 1 << 20;
/** Deflate shrinks data to 1/1032 at most, so a header that names a larger size is wrong. */
const MOST_INFLATION = 1032;

/**
 * Reads a whole IDX file of unsigned bytes, gzipped or not (its first bytes decide, not its name). The header is checked
 * before memory is taken, so that a file of another kind cannot take more memory than it has bytes.
 * @throws LetheError DATA_INVALID for a file that is truncated, corrupted, of another kind or longer than its header says,
 * DATA_TOO_LARGE
 */
export async function readIdx(file: string, rank: IdxRank, unpacking: Unpacking): Promise<IdxContent> {
  const isWanted = (head: Head): boolean => head.rank === rank && head.type === 'uint8';
  const { dimensions, bytes } = await readElements(file, unpacking, { rank, isWanted });
  return { file, dimensions, values: bytes };
}

/**
 * Reads the labels in an IDX file of whole numbers of any size; of QMNIST's rows the first number.
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function readIdxLabels(file: string, unpacking: Unpacking): Promise<IdxLabels> {
  const isWanted = ({ type, rank }: Head): boolean => !type.startsWith('float') && (rank === 1 || (rank === 2 && type === 'int32'));
  const { type, dimensions: [count = 0, columns = 1], bytes } = await readElements(file, unpacking, { rank: 1, isWanted });
  if (columns !== 1 && columns !== QMNIST_COLUMNS) {
    const expected = `one label for each image, or QMNIST's ${QMNIST_COLUMNS} numbers of which the first is the class`;
    throw invalid(file, expected, `${columns} numbers`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [read, step] = [numberReader(type, false), columns * bytesOf(type)];
  return { file, values: Int32Array.from({ length: count }, (_, index) => read(view, index * step)) };
}

/** Type of the elements and number of dimensions. */
interface Head { readonly type: NumberType; readonly rank: number }

/** What a file is to be; `rank`: of the usual file of that kind. */
interface Wanted { readonly rank: IdxRank; readonly isWanted: (head: Head) => boolean }

interface Elements { readonly type: NumberType; readonly dimensions: readonly number[]; readonly bytes: Uint8Array }

async function readElements(file: string, unpacking: Unpacking, wanted: Wanted): Promise<Elements> {
  const { size: fileBytes } = await stat(file);
  const isPacked = isGzip(await firstBytes(file, 2));
  const raw = createReadStream(file, { highWaterMark: READ_BYTES });
  if (!isPacked) {
    return parse(raw as AsyncIterable<Buffer>, { ...wanted, file, mostBytes: fileBytes, unpacking: null });
  }
  const { pieces, usedBytes } = unpacking.gunzip(file, raw);
  const elements = await parse(pieces, { ...wanted, file, mostBytes: fileBytes * MOST_INFLATION, unpacking }).catch((error: unknown) => {
    throw gzipError(file, error);
  });
  const trailing = fileBytes - usedBytes();
  if (trailing > 0) throw invalid(file, 'nothing after the gzip data', `${trailing} more bytes`);
  return elements;
}

async function firstBytes(file: string, count: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** `unpacking`: null for a file that is not packed; `mostBytes`: that the file can hold. */
interface Parsing extends Wanted { readonly file: string; readonly mostBytes: number; readonly unpacking: Unpacking | null }

async function parse(pieces: AsyncIterable<Uint8Array>, parsing: Parsing): Promise<Elements> {
  const { file } = parsing;
  const reader = new ByteReader(pieces);
  try {
    const { type, rank } = await parseMagic(reader, parsing);
    const sizes = await reader.take(SIZE_BYTES * rank);
    if (sizes.length < SIZE_BYTES * rank) throw shortHeader(file, rank, MAGIC_BYTES + sizes.length);
    const dimensions = Array.from({ length: rank }, (_, index) => viewOf(sizes).getUint32(SIZE_BYTES * index));
    const expected = checkedBytes(dimensions, type, parsing);
    const bytes = new Uint8Array(expected);
    let found = 0;
    // Bytes beyond the last one are counted.
    for await (const piece of reader.pieces(Infinity)) {
      bytes.set(piece.subarray(0, Math.max(0, expected - found)), Math.min(found, expected));
      found += piece.length;
    }
    if (found !== expected) {
      const kind = found < expected ? 'truncated' : 'trailing bytes';
      throw invalid(file, `${dimensions.join(' x ')} = ${expected} bytes after the header`, `${found} (${kind})`);
    }
    return { type, dimensions, bytes };
  } finally {
    await reader.close();
  }
}

async function parseMagic(reader: ByteReader, { file, rank, isWanted }: Parsing): Promise<Head> {
  const start = await reader.take(MAGIC_BYTES);
  if (start.length < MAGIC_BYTES) throw shortHeader(file, rank, start.length);
  const magic = viewOf(start).getUint32(0);
  const head = { type: TYPES[magic >>> 8], rank: magic & 0xff };
  const { type } = head;
  if (type !== undefined && isWanted({ type, rank: head.rank })) return { type, rank: head.rank };
  const kind = foreignKind(Buffer.concat([start, await reader.take(START_BYTES - MAGIC_BYTES)]));
  const usual = `an IDX file of ${rank === 1 ? 'labels' : 'images'} (magic number ${hex(0x0800 + rank)})`;
  if (type === undefined || head.rank !== rank) throw invalid(file, usual, kind ?? hex(magic));
  throw invalid(file, usual, `${hex(magic)}: ${type} numbers; write them as ${rank === 1 ? 'whole numbers' : 'bytes from 0 to 255'}`);
}

/** Bytes of the elements, which are there, as far as a header can show. */
function checkedBytes(dimensions: readonly number[], type: NumberType, { file, mostBytes, unpacking }: Parsing): number {
  const described = dimensions.join(' x ');
  if (dimensions.includes(0)) throw invalid(file, 'at least one element', described);
  const bytes = dimensions.reduce((product, size) => product * size, bytesOf(type));
  if (bytes > mostBytes) throw invalid(file, `${described} = ${bytes} bytes`, 'a smaller file (truncated)');
  unpacking?.expect(`${file}, ${described} bytes`, bytes);
  return bytes;
}

function shortHeader(file: string, rank: number, found: number): Error {
  return invalid(file, `an IDX header of ${MAGIC_BYTES + SIZE_BYTES * rank} bytes`, `a file of ${found} bytes`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}

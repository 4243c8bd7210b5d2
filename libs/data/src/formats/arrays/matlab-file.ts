import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { LetheError } from '@lethe/errors';
import { invalidData as invalid } from '../../invalid-data.js';
import { ByteReader } from './byte-reader.js';
import { checkMatlabHeader, MATLAB_HEADER_BYTES } from './matlab-header.js';
import type { Unpacking } from '../archives/unpacking.js';

/** A numeric array of a MATLAB file. Only its head has been read. */
export interface MatlabArray {
  readonly name: string;
  /** Sizes of the dimensions; the first one's index runs fastest. */
  readonly dimensions: readonly number[];
  /** Type of the stored numbers, which may be smaller than the array's class. */
  readonly type: MatlabType;
  /**
   * Streams the numbers: little-endian bytes in the file's order, at most `mostBytes`. The bound on unpacking is checked before it
   * returns, so that no memory is taken for more.
   * @throws LetheError DATA_TOO_LARGE at once, DATA_INVALID as the bytes come
   */
  bytes(mostBytes?: number): AsyncGenerator<Uint8Array>;
}

export type MatlabType = keyof typeof TYPE_BYTES;

/** MAT-file format, "MAT-File Data Types". */
const TYPE_BYTES = {
  int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, single: 4, double: 8, int64: 8, uint64: 8,
} as const;
const TYPE_CODES: Readonly<Record<number, MatlabType>> = {
  1: 'int8', 2: 'uint8', 3: 'int16', 4: 'uint16', 5: 'int32', 6: 'uint32', 7: 'single', 9: 'double', 12: 'int64', 13: 'uint64',
};
const INT32 = 5;
const UINT32 = 6;
const MATRIX = 14;
const COMPRESSED = 15;
const COMPLEX_FLAG = 0x0800;
/** Classes 6 to 15 are double, single and the integers; the others are cells, structures, text and the like. */
const NUMERIC_CLASSES = { first: 6, last: 15 };

const TAG_BYTES = 8;
/** Longer than any name or list of dimensions: a longer element is neither. */
const MOST_HEAD_BYTES = 4096;
/** More variables than anybody saves in one file. */
const MOST_ELEMENTS = 10_000;
/** Deflate shrinks data to 1/1032 at most, so an array that names a larger size is wrong. */
const MOST_INFLATION = 1032;

/** What is in a MATLAB file. */
export interface MatlabFile {
  readonly arrays: readonly MatlabArray[];
  /** Numeric arrays that cannot be read, which matters if one of them is wanted. Null: damaged before its name. */
  readonly unreadable: readonly UnreadableArray[];
}

interface UnreadableArray { readonly name: string | null; readonly error: LetheError }

/**
 * The numeric arrays at the top level of a MATLAB file of version 5 (what `save` writes up to -v7), compressed or not. Only
 * heads are read, so that a file larger than memory can be opened; arrays of other classes are passed over.
 * @throws LetheError DATA_INVALID for a file that is truncated or of another kind, DATA_TOO_LARGE
 */
export async function openMatlabFile(file: string, unpacking: Unpacking): Promise<MatlabFile> {
  const { size } = await stat(file);
  const handle = await open(file);
  try {
    checkMatlabHeader(file, await readExactly(file, handle, 0, Math.min(size, MATLAB_HEADER_BYTES)));
    const arrays: MatlabArray[] = [];
    const unreadable: UnreadableArray[] = [];
    let elements = 0;
    for (let position = MATLAB_HEADER_BYTES; position < size;) {
      elements += 1;
      if (elements > MOST_ELEMENTS) throw invalid(file, `at most ${MOST_ELEMENTS} arrays`, 'more');
      const tag = readTag(await readExactly(file, handle, position, TAG_BYTES));
      const from = position + TAG_BYTES;
      if (from + tag.bytes > size) {
        throw invalid(file, `an element of ${tag.bytes} bytes at byte ${position}`, `${size - from} (truncated)`);
      }
      const element = { file, from, bytes: tag.bytes, unpacking: tag.type === COMPRESSED ? unpacking : null };
      if (tag.type === COMPRESSED || tag.type === MATRIX) {
        const array = await openArray(element);
        if (array !== null && 'error' in array) unreadable.push(array);
        else if (array !== null) arrays.push(array);
      }
      // Compressed elements are not padded to 8 bytes; others are.
      position = from + (tag.type === COMPRESSED ? tag.bytes : padded(tag.bytes));
    }
    return { arrays, unreadable };
  } finally {
    await handle.close();
  }
}

/** A top-level element in the file. */
interface Element {
  readonly file: string;
  readonly from: number;
  readonly bytes: number;
  /** Null for an element that is not compressed. */
  readonly unpacking: Unpacking | null;
}

async function readExactly(file: string, handle: FileHandle, position: number, count: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(count), 0, count, position);
  if (bytesRead < count) throw invalid(file, `${count} bytes at byte ${position}`, `${bytesRead} (truncated)`);
  return buffer;
}

/** The part of an array before its numbers, and the reader, which stands at the first number. */
interface OpenedArray {
  readonly reader: ByteReader;
  /** `inline`: the numbers, if they are few enough to lie in their tag. */
  readonly head: Omit<MatlabArray, 'bytes'> & { readonly dataBytes: number; readonly inline: Uint8Array | null };
}

async function openArray(element: Element): Promise<MatlabArray | UnreadableArray | null> {
  let opened: OpenedArray | UnreadableArray | null;
  try {
    opened = await readHead(element);
  } catch (error) {
    if (!(error instanceof LetheError) || error.code !== 'DATA_INVALID') throw error;
    return { name: null, error };
  }
  if (opened === null || 'error' in opened) return opened;
  await opened.reader.close();
  const { dataBytes, inline, ...head } = opened.head;
  return {
    ...head,
    bytes(mostBytes = dataBytes) {
      const wanted = Math.min(mostBytes, dataBytes);
      element.unpacking?.expect(`${element.file}, array ${head.name}`, wanted);
      return numbers(element, { name: head.name, inline, wanted });
    },
  };
}

interface NumbersToRead {
  readonly name: string;
  readonly inline: Uint8Array | null;
  readonly wanted: number;
}

async function *numbers(element: Element, { name, inline, wanted }: NumbersToRead): AsyncGenerator<Uint8Array> {
  if (inline !== null) {
    yield inline.subarray(0, wanted);
    return;
  }
  const again = await readHead(element);
  if (again === null || 'error' in again) throw invalid(element.file, `the array ${name} as before`, 'the file changed while it was read');
  let seen = 0;
  try {
    for await (const piece of again.reader.pieces(wanted)) {
      seen += piece.length;
      yield piece;
    }
  } catch (error) {
    throw corrupted(element.file, error);
  } finally {
    await again.reader.close();
  }
  if (seen < wanted) throw invalid(element.file, `${wanted} bytes of ${name}`, `${seen} (truncated)`);
}

/** Null for an array that is not numeric. */
async function readHead(element: Element): Promise<OpenedArray | UnreadableArray | null> {
  const reader = new ByteReader(elementBytes(element));
  try {
    const head = await parseHead(element, reader);
    if (head !== null && !('error' in head)) return { reader, head };
    await reader.close();
    return head;
  } catch (error) {
    await reader.close();
    throw corrupted(element.file, error);
  }
}

/** Arrays without a name are MATLAB's own. */
async function parseHead(element: Element, reader: ByteReader): Promise<OpenedArray['head'] | UnreadableArray | null> {
  const { file, unpacking } = element;
  if (unpacking !== null) {
    const { type } = readTag(await reader.take(TAG_BYTES));
    if (type !== MATRIX) return null;
  }
  const flags = await subelement(file, reader);
  if (flags.type !== UINT32 || flags.data.length < 8) throw invalid(file, 'the flags of an array', `an element of type ${flags.type}`);
  const bits = view(flags.data).getUint32(0, true);
  const arrayClass = bits & 0xff;
  if (arrayClass < NUMERIC_CLASSES.first || arrayClass > NUMERIC_CLASSES.last || (bits & COMPLEX_FLAG) !== 0) return null;
  const sizes = await subelement(file, reader);
  if (sizes.type !== INT32) throw invalid(file, 'the dimensions of an array', `an element of type ${sizes.type}`);
  const dimensions = Array.from({ length: sizes.data.length / 4 }, (_, index) => view(sizes.data).getInt32(4 * index, true));
  const name = Buffer.from((await subelement(file, reader)).data).toString('latin1');
  return name === '' ? null : parseNumbers(element, { name, dimensions }, await reader.take(TAG_BYTES));
}

function parseNumbers(
  { file, bytes, unpacking }: Element, array: Pick<MatlabArray, 'name' | 'dimensions'>, tagBytes: Uint8Array,
): OpenedArray['head'] | UnreadableArray {
  const { name, dimensions } = array;
  const tag = readTag(tagBytes);
  const type = TYPE_CODES[tag.type];
  const refused = (expected: string, found: string): UnreadableArray => ({ name, error: invalid(file, expected, found) });
  if (type === undefined) return refused(`numbers in the array ${name}`, `an element of type ${tag.type}`);
  const dataBytes = dimensions.reduce((product, size) => product * size, TYPE_BYTES[type]);
  if (dataBytes !== tag.bytes) return refused(`${dimensions.join(' x ')} numbers of ${name} (${dataBytes} bytes)`, `${tag.bytes} bytes`);
  // The size of a compressed element is known only when it is unpacked.
  const mostBytes = unpacking === null ? bytes : bytes * MOST_INFLATION;
  if (dataBytes > mostBytes) return refused(`${dataBytes} bytes of ${name}`, `an element of ${bytes} bytes`);
  return { ...array, type, dataBytes, inline: tag.isSmall ? tagBytes.subarray(4, 4 + dataBytes) : null };
}

interface Tag { readonly type: number; readonly bytes: number; readonly isSmall: boolean }

/** A small element has size and type in one word and the data in the other. */
function readTag(bytes: Uint8Array): Tag {
  if (bytes.length < TAG_BYTES) throw new RangeError('the file ends within an array');
  const first = view(bytes).getUint32(0, true);
  if (first >>> 16 !== 0) return { type: first & 0xffff, bytes: first >>> 16, isSmall: true };
  return { type: first, bytes: view(bytes).getUint32(4, true), isSmall: false };
}

async function subelement(file: string, reader: ByteReader): Promise<{ type: number; data: Uint8Array }> {
  const bytes = await reader.take(TAG_BYTES);
  const tag = readTag(bytes);
  if (tag.isSmall) return { type: tag.type, data: bytes.subarray(4, 4 + tag.bytes) };
  if (tag.bytes > MOST_HEAD_BYTES) throw invalid(file, 'the head of an array', `an element of ${tag.bytes} bytes`);
  const data = await reader.take(padded(tag.bytes));
  if (data.length < tag.bytes) throw new RangeError('the file ends within an array');
  return { type: tag.type, data: data.subarray(0, tag.bytes) };
}

function elementBytes({ file, from, bytes, unpacking }: Element): AsyncIterable<Uint8Array> {
  const raw = createReadStream(file, { start: from, end: from + bytes - 1, highWaterMark: 1 << 20 });
  return unpacking === null ? (raw as AsyncIterable<Buffer>) : unpacking.inflate(file, raw).pieces;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function corrupted(file: string, cause: unknown): unknown {
  if (cause instanceof LetheError) return cause;
  const message = `${file}: expected intact compressed arrays, found them corrupted or cut off`;
  return new LetheError('DATA_INVALID', message, { cause, details: { file } });
}

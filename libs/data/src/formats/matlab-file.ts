import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { LetheError } from '@lethe/errors';
import { invalidData as invalid } from '../invalid-data.js';
import { ByteReader } from './byte-reader.js';
import type { Unpacking } from './unpacking.js';

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
const TYPE_BYTES = { int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, single: 4, double: 8 } as const;
const TYPE_CODES: Readonly<Record<number, MatlabType>> = {
  1: 'int8', 2: 'uint8', 3: 'int16', 4: 'uint16', 5: 'int32', 6: 'uint32', 7: 'single', 9: 'double',
};
const INT32 = 5;
const UINT32 = 6;
const MATRIX = 14;
const COMPRESSED = 15;
const COMPLEX_FLAG = 0x0800;
/** Classes 6 to 15 are double, single and the integers; the others are cells, structures, text and the like. */
const NUMERIC_CLASSES = { first: 6, last: 15 };

const HEADER_BYTES = 128;
const TAG_BYTES = 8;
/** Longer than any name or list of dimensions: a longer element is neither. */
const MOST_HEAD_BYTES = 4096;

/**
 * The numeric arrays at the top level of a MATLAB file of version 5 (what `save` writes up to -v7), compressed or not. Only
 * heads are read, so that a file larger than memory can be opened; arrays of other classes are passed over.
 * @throws LetheError DATA_INVALID for a file that is truncated, corrupted or of another kind, DATA_TOO_LARGE
 */
export async function openMatlabFile(file: string, unpacking: Unpacking): Promise<MatlabArray[]> {
  const { size } = await stat(file);
  const handle = await open(file);
  try {
    await checkHeader(file, handle);
    const arrays: MatlabArray[] = [];
    for (let position = HEADER_BYTES; position < size;) {
      const tag = readTag(await readExactly(file, handle, position, TAG_BYTES));
      const from = position + TAG_BYTES;
      if (from + tag.bytes > size) {
        throw invalid(file, `an element of ${tag.bytes} bytes at byte ${position}`, `${size - from} (truncated)`);
      }
      const element = { file, from, bytes: tag.bytes, unpacking: tag.type === COMPRESSED ? unpacking : null };
      if (tag.type === COMPRESSED || tag.type === MATRIX) {
        const array = await openArray(element);
        if (array !== null) arrays.push(array);
      }
      // Compressed elements are not padded to 8 bytes; others are.
      position = from + (tag.type === COMPRESSED ? tag.bytes : padded(tag.bytes));
    }
    return arrays;
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

async function checkHeader(file: string, handle: FileHandle): Promise<void> {
  const header = await readExactly(file, handle, 0, HEADER_BYTES);
  const text = Buffer.from(header.subarray(0, 116)).toString('latin1').trim();
  if (!text.startsWith('MATLAB 5.0 MAT-file')) {
    const found = text.startsWith('MATLAB 7.3') ? 'one of version 7.3, which is HDF5' : 'another kind of file';
    throw invalid(file, 'a MATLAB file of version 5 (saved with -v7 or older)', found);
  }
  const order = Buffer.from(header.subarray(126, 128)).toString('latin1');
  if (order === 'IM') return;
  throw invalid(file, 'little-endian numbers', order === 'MI' ? 'big-endian ones' : `the mark ${JSON.stringify(order)}`);
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

async function openArray(element: Element): Promise<MatlabArray | null> {
  const opened = await readHead(element);
  if (opened === null) return null;
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
  if (again === null) throw new TypeError('the file changed while it was read');
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
async function readHead(element: Element): Promise<OpenedArray | null> {
  const reader = new ByteReader(elementBytes(element));
  try {
    const head = await parseHead(element, reader);
    if (head === null) await reader.close();
    return head === null ? null : { reader, head };
  } catch (error) {
    await reader.close();
    throw corrupted(element.file, error);
  }
}

async function parseHead({ file, bytes, unpacking }: Element, reader: ByteReader): Promise<OpenedArray['head'] | null> {
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
  const tagBytes = await reader.take(TAG_BYTES);
  const tag = readTag(tagBytes);
  const type = TYPE_CODES[tag.type];
  if (type === undefined) throw invalid(file, `numbers in the array ${name}`, `an element of type ${tag.type}`);
  const dataBytes = dimensions.reduce((product, size) => product * size, TYPE_BYTES[type]);
  if (dataBytes !== tag.bytes) {
    throw invalid(file, `${dimensions.join(' x ')} numbers of ${name} (${dataBytes} bytes)`, `${tag.bytes} bytes`);
  }
  // The size of a compressed element is known only when it is unpacked.
  if (unpacking === null && dataBytes > bytes) throw invalid(file, `${dataBytes} bytes of ${name}`, `an element of ${bytes} bytes`);
  return { name, dimensions, type, dataBytes, inline: tag.isSmall ? tagBytes.subarray(4, 4 + dataBytes) : null };
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

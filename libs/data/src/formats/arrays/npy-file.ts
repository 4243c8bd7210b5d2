import { invalidData } from '../../invalid-data.js';
import type { ByteSource, ReadBytes } from './byte-source.js';
import { checkLength, type NumberArray, type NumberType } from './number-array.js';

const MAGIC = '\x93NUMPY';
/** Magic number, version, and length of the head in two (version 1) or four bytes. */
const SHORT_BYTES = 10;
const LONG_BYTES = 12;
/** Longer than the head of any array of numbers. */
const MOST_HEAD_BYTES = 1 << 16;

const TYPES: Readonly<Record<string, NumberType>> = {
  b1: 'bool', i1: 'int8', u1: 'uint8', i2: 'int16', u2: 'uint16', f2: 'float16', i4: 'int32', u4: 'uint32', f4: 'float32',
  i8: 'int64', u8: 'uint64', f8: 'float64',
};

/** Whether a file begins like an array that numpy saved. */
export function isNpy(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * The head of an array that numpy saved (`numpy.save`, format versions 1 to 3).
 * @throws LetheError DATA_INVALID for other files, for arrays of other things than numbers, and for heads that do not fit their file
 */
export async function openNpy(source: ByteSource): Promise<NumberArray> {
  const { where } = source;
  const { head, start } = await source.session((read) => readHead(source, read));
  const dimensions = dimensionsOf(where, head);
  const { type, isLittleEndian } = typeOf(where, head);
  const isFortran = /'fortran_order'\s*:\s*True/.test(head) && dimensions.length > 1;
  const array = { where, source, start, dimensions, type, isLittleEndian, isFortran };
  checkLength(where, array, source.size - start);
  return array;
}

async function readHead({ where, size }: ByteSource, read: ReadBytes): Promise<{ head: string; start: number }> {
  const first = await read(0, Math.min(size, LONG_BYTES));
  if (!isNpy(first) || first.length < LONG_BYTES) throw invalidData(where, 'an array that numpy saved', 'something else');
  const [major = 0] = first.subarray(MAGIC.length);
  if (major < 1 || major > 3) throw invalidData(where, 'version 1 to 3 of the format npy', String(major));
  const view = new DataView(first.buffer, first.byteOffset);
  const headBytes = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const from = major === 1 ? SHORT_BYTES : LONG_BYTES;
  if (headBytes > MOST_HEAD_BYTES) throw invalidData(where, `a head of at most ${MOST_HEAD_BYTES} bytes`, String(headBytes));
  if (from + headBytes > size) throw invalidData(where, `a head of ${headBytes} bytes`, `a file of ${size} bytes (cut off)`);
  const head = Buffer.from(await read(from, headBytes)).toString('utf8');
  return { head, start: from + headBytes };
}

function dimensionsOf(where: string, head: string): number[] {
  const [, shape] = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(head) ?? [];
  if (shape === undefined) throw invalidData(where, 'the sizes of an array in the head', JSON.stringify(head.slice(0, 100)));
  return shape.split(',').map((size) => size.replace('L', '').trim()).filter((size) => size !== '').map(Number);
}

function typeOf(where: string, head: string): { type: NumberType; isLittleEndian: boolean } {
  const [, order = '', kind = ''] = /'descr'\s*:\s*'([<>|=]?)([^']*)'/.exec(head) ?? [];
  const type = TYPES[kind];
  if (type !== undefined) return { type, isLittleEndian: order !== '>' };
  if (kind.startsWith('O')) {
    throw invalidData(where, "numbers (numpy: array.astype('float32'))", 'Python objects (pickle), which may run code and are not read');
  }
  throw invalidData(where, "numbers (numpy: array.astype('float32'))", kind === '' ? 'a record of several fields' : `the type ${kind}`);
}

import { invalidData } from '../../invalid-data.js';
import type { ByteSource } from './byte-source.js';

/** Types of stored numbers, as numpy calls them. */
export type NumberType = keyof typeof NUMBER_BYTES;

const NUMBER_BYTES = {
  bool: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, float16: 2, bfloat16: 2, int32: 4, uint32: 4, float32: 4,
  int64: 8, uint64: 8, float64: 8,
} as const;

/** An array of numbers in a file, of which the head has been read. */
export interface NumberArray {
  /** File and name of the array, for messages. */
  readonly where: string;
  readonly source: ByteSource;
  /** Where its numbers begin in the source. */
  readonly start: number;
  readonly dimensions: readonly number[];
  readonly type: NumberType;
  readonly isLittleEndian: boolean;
  /** Whether the first index runs fastest (Fortran's order), not the last. */
  readonly isFortran: boolean;
}

/** An array of a file of several, whose own head is read when it is opened. */
export interface NamedArray { readonly name: string; readonly open: () => Promise<NumberArray> }

/** Bytes of a number of that type. */
export function bytesOf(type: NumberType): number {
  return NUMBER_BYTES[type];
}

/** Type and sizes as messages have them: "float32 [10, 4]". */
export function arrayInWords({ type, dimensions }: Pick<NumberArray, 'type' | 'dimensions'>): string {
  return `${type} [${dimensions.join(', ')}]`;
}

/**
 * Refuses a head whose array is not as long as what is there, before any memory is taken for it.
 * @throws LetheError DATA_INVALID
 */
export function checkLength(where: string, array: Pick<NumberArray, 'type' | 'dimensions'>, available: number): void {
  if (array.dimensions.includes(0)) throw invalidData(where, 'at least one number', arrayInWords(array));
  const bytes = array.dimensions.reduce((product, size) => product * size, NUMBER_BYTES[array.type]);
  if (bytes === available) return;
  const kind = bytes > available ? 'cut off' : 'trailing bytes';
  throw invalidData(where, `${bytes} bytes of ${arrayInWords(array)} behind its head`, `${available} (${kind})`);
}

/** Reads a stored number; whole numbers beyond 2^53 are rounded. */
export type ReadNumber = (view: DataView, byte: number) => number;

/** How numbers of a type are read. */
export function numberReader(type: NumberType, isLittleEndian: boolean): ReadNumber {
  switch (type) {
    case 'bool': return (view, byte) => (view.getUint8(byte) === 0 ? 0 : 1);
    case 'int8': return (view, byte) => view.getInt8(byte);
    case 'uint8': return (view, byte) => view.getUint8(byte);
    case 'int16': return (view, byte) => view.getInt16(byte, isLittleEndian);
    case 'uint16': return (view, byte) => view.getUint16(byte, isLittleEndian);
    case 'float16': return tableReader(fromHalf, isLittleEndian);
    case 'bfloat16': return tableReader(fromBrain, isLittleEndian);
    case 'int32': return (view, byte) => view.getInt32(byte, isLittleEndian);
    case 'uint32': return (view, byte) => view.getUint32(byte, isLittleEndian);
    case 'float32': return (view, byte) => view.getFloat32(byte, isLittleEndian);
    case 'int64': return (view, byte) => Number(view.getBigInt64(byte, isLittleEndian));
    case 'uint64': return (view, byte) => Number(view.getBigUint64(byte, isLittleEndian));
    case 'float64': return (view, byte) => view.getFloat64(byte, isLittleEndian);
  }
}

/** Numbers of 16 bits are looked up: computing each takes ten times as long. */
function tableReader(valueOf: (bits: number) => number, isLittleEndian: boolean): ReadNumber {
  const table = Float32Array.from({ length: 0x1_0000 }, (_, bits) => valueOf(bits));
  return (view, byte) => table[view.getUint16(byte, isLittleEndian)] as number;
}

/** IEEE 754 binary16: sign, 5 bits of exponent (bias 15), 10 bits of mantissa. */
function fromHalf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const [exponent, mantissa] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function fromBrain(bits: number): number {
  scratch.setUint32(0, bits * 0x1_0000);
  return scratch.getFloat32(0);
}

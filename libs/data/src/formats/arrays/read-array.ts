import type { BadInput, InputReader } from '../../model/inputs.js';
import type { ReadBytes } from './byte-source.js';
import { bytesOf, numberReader, type NumberArray } from './number-array.js';

/** Bytes that are in memory at once beside what is read. */
const PIECE_BYTES = 4 * 2 ** 20;
/** Vectors are taken as they are: a sum of products of greater numbers leaves float32, or nothing of the others. */
const MOST = 1e15;

/** Reads the examples `first` to `end` (excluded) of an array. */
type ReadExamples = InputReader['read'];

/** Reads bytes as they are, `length` for each example. */
export function bytesReader({ source, start }: NumberArray, length: number): ReadExamples {
  return async (first, end) => {
    const inputs = new Uint8Array((end - first) * length);
    await source.session(async (read) => {
      for (let byte = 0; byte < inputs.length; byte += PIECE_BYTES) {
        inputs.set(await read(start + first * length + byte, Math.min(PIECE_BYTES, inputs.length - byte)), byte);
      }
    });
    return { inputs, bad: [] };
  };
}

/**
 * Reads numbers of any type as float32, `length` for each example. Examples with a number that is none or too large are named, and
 * zeros.
 */
export function vectorsReader(array: NumberArray, length: number): ReadExamples {
  const decode = decoderOf(array);
  return async (first, end) => {
    const inputs = new Float32Array((end - first) * length);
    const bad = new Map<number, BadInput>();
    const note = (row: number, column: number, value: number): void => {
      if (!bad.has(row)) bad.set(row, badNumber(array, { row, column, value }));
    };
    const target = { inputs, first, end, length, note };
    await array.source.session((read) => (array.isFortran ? readColumns : readRows)(array, { read, decode }, target));
    const sorted = [...bad.values()].sort((a, b) => a.example - b.example);
    for (const { example } of sorted) inputs.fill(0, (example - first) * length, (example - first + 1) * length);
    return { inputs, bad: sorted };
  };
}

interface Target {
  readonly inputs: Float32Array;
  readonly first: number;
  readonly end: number;
  readonly length: number;
  readonly note: (row: number, column: number, value: number) => void;
}

interface Reading { readonly read: ReadBytes; readonly decode: Decode }

async function readRows(array: NumberArray, { read, decode }: Reading, { inputs, first, length, note }: Target): Promise<void> {
  const size = bytesOf(array.type);
  const perPiece = PIECE_BYTES / size;
  for (let done = 0; done < inputs.length; done += perPiece) {
    const bytes = await read(array.start + (first * length + done) * size, Math.min(perPiece, inputs.length - done) * size);
    for (const { index, value } of decode(bytes, inputs.subarray(done, done + bytes.length / size))) {
      note(first + Math.floor((done + index) / length), (done + index) % length, value);
    }
  }
}

/** An array in Fortran's order has its columns one after another. */
async function readColumns(array: NumberArray, { read, decode }: Reading, { inputs, first, end, length, note }: Target): Promise<void> {
  const size = bytesOf(array.type);
  const [count = 0] = array.dimensions;
  const perPiece = PIECE_BYTES / size;
  const numbers = new Float32Array(Math.min(perPiece, end - first));
  for (let column = 0; column < length; column += 1) {
    for (let from = first; from < end; from += perPiece) {
      const rows = Math.min(perPiece, end - from);
      const bytes = await read(array.start + (column * count + from) * size, rows * size);
      for (const { index, value } of decode(bytes, numbers.subarray(0, rows))) note(from + index, column, value);
      for (let row = 0; row < rows; row += 1) inputs[(from - first + row) * length + column] = numbers[row] as number;
    }
  }
}

/** Fills `decoded`, and gives the numbers that networks cannot compute with. */
type Decode = (bytes: Uint8Array, decoded: Float32Array) => { index: number; value: number }[];

function decoderOf({ type, isLittleEndian }: NumberArray): Decode {
  const size = bytesOf(type);
  const readNumber = numberReader(type, isLittleEndian);
  return (bytes, decoded) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const wrong: { index: number; value: number }[] = [];
    for (let index = 0; index < decoded.length; index += 1) {
      const value = readNumber(view, index * size);
      decoded[index] = value;
      if (!(Math.abs(value) <= MOST)) wrong.push({ index, value });
    }
    return wrong;
  };
}

function badNumber({ where }: NumberArray, { row, column, value }: { row: number; column: number; value: number }): BadInput {
  const found = Number.isNaN(value) ? 'nan' : String(value).replace('Infinity', 'inf');
  const place = `${where}, row ${row}, column ${column} (counted from 0)`;
  return { example: row, reason: `${place}: expected a number from -1e15 to 1e15, found ${found}` };
}

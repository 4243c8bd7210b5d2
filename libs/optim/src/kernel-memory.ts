import { memory } from '../generated/kernels.js';

const BYTES = Float32Array.BYTES_PER_ELEMENT;
/** The first page is left to the compiler. */
const FIRST_BYTE = 65_536;
/** Vectors begin where a line of the cache does. */
const ALIGNMENT = 64;
/** Elements of a scratch vector: all four together fit a processor's second-level cache. */
export const CAPACITY = 32_768;

const { buffer } = memory as { readonly buffer: ArrayBuffer };
let nextByte = FIRST_BYTE;
const free = new Map<number, Float32Array[]>();

/**
 * A vector in the memory of the kernels, not cleared. Without room there it is an ordinary vector, which kernels copy piece by piece.
 * The operating system provides memory only when it is written.
 */
export function allocateVector(length: number): Float32Array {
  const reused = free.get(length)?.pop();
  if (reused !== undefined) return reused;
  const end = nextByte + Math.ceil((length * BYTES) / ALIGNMENT) * ALIGNMENT;
  if (end > buffer.byteLength) return new Float32Array(length);
  const vector = new Float32Array(buffer, nextByte, length);
  nextByte = end;
  return vector;
}

/** Gives back a vector of `allocateVector`, for another one of its length. */
export function freeVector(vector: Float32Array): void {
  const vectors = free.get(vector.length);
  if (vectors === undefined) free.set(vector.length, [vector]);
  else vectors.push(vector);
}

const scratches = Array.from({ length: 4 }, () => allocateVector(CAPACITY));

/** A piece of a vector in the memory of the kernels. */
export interface Staged {
  readonly pointer: number;
  /** Copies what the kernel has written back to the piece. */
  restore(): void;
}

/**
 * Makes a piece of a vector readable to a kernel: where it is, or as a copy.
 *
 * @param scratch which of the four scratch vectors takes the copy
 */
export function stage(piece: Float32Array, scratch: number): Staged {
  if (piece.buffer === buffer) return { pointer: piece.byteOffset, restore: () => undefined };
  const copy = (scratches[scratch] as Float32Array).subarray(0, piece.length);
  copy.set(piece);
  return { pointer: copy.byteOffset, restore: () => { piece.set(copy); } };
}

/** Calls back for pieces of [0, length) that fit the scratch vectors. */
export function forPieces(length: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += CAPACITY) work(from, Math.min(length, from + CAPACITY));
}

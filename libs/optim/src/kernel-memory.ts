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
const given = new Map<number, Float32Array[]>();

/**
 * A vector in the kernels' memory, with whatever is in it, as long as there is room; else an ordinary one, of which kernels take
 * copies piece by piece. The system hands out memory only when it is written.
 */
export function allocateVector(length: number): Float32Array {
  const used = given.get(length)?.pop();
  if (used !== undefined) return used;
  const end = nextByte + Math.ceil((length * BYTES) / ALIGNMENT) * ALIGNMENT;
  if (end > buffer.byteLength) return new Float32Array(length);
  const vector = new Float32Array(buffer, nextByte, length);
  nextByte = end;
  return vector;
}

/** Gives back what `takeVector` gave. */
export function freeVector(vector: Float32Array): void {
  const vectors = given.get(vector.length);
  if (vectors === undefined) given.set(vector.length, [vector]);
  else vectors.push(vector);
}

const scratches = Array.from({ length: 4 }, () => allocateVector(CAPACITY));

/** A piece of a vector where kernels can get at it. */
export interface Staged {
  readonly pointer: number;
  /** Writes what the kernel has made of it to where it came from. */
  restore(): void;
}

/** @param scratch which of the four to copy it to, if it lies elsewhere */
export function stage(piece: Float32Array, scratch: number): Staged {
  if (piece.buffer === buffer) return { pointer: piece.byteOffset, restore: () => undefined };
  const place = (scratches[scratch] as Float32Array).subarray(0, piece.length);
  place.set(piece);
  return { pointer: place.byteOffset, restore: () => { piece.set(place); } };
}

/** Calls back for pieces of [0, length) that fit the scratch vectors. */
export function forPieces(length: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += CAPACITY) work(from, Math.min(length, from + CAPACITY));
}

import { hasNotFinite } from '../generated/kernels.js';
import { CAPACITY, stage } from './kernel-memory.js';

/**
 * The sum of squares of each norm tile of `tileLength` elements (the last may be shorter) in float64. `factor` is a power of two that the
 * values are still to be multiplied with. The order of additions within a tile does not depend on where the tile lies. So the norm does
 * not depend on how a vector was cut, as long as it was cut between tiles.
 */
export function squaresOfTiles(values: Float32Array, tileLength: number, factor: number): Float64Array {
  const squares = new Float64Array(Math.ceil(values.length / tileLength));
  for (let tile = 0; tile < squares.length; tile += 1) {
    const from = tile * tileLength;
    squares[tile] = sumOfSquares(values.subarray(from, Math.min(values.length, from + tileLength))) * factor * factor;
  }
  return squares;
}

/** Four interleaved sums: a processor adds to one of them while the others are not ready. */
function sumOfSquares(values: Float32Array): number {
  const quads = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let index = 0; index < quads; index += 4) {
    const [w, x, y, z] = [values[index] ?? 0, values[index + 1] ?? 0, values[index + 2] ?? 0, values[index + 3] ?? 0];
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let index = quads; index < values.length; index += 1) a += (values[index] ?? 0) * (values[index] ?? 0);
  return a + b + (c + d);
}

/** The sum of float64 numbers along a fixed tree: the left half is the largest power of two of them that leaves at least one. */
export function fixedTreeTotal(terms: Float64Array): number {
  if (terms.length === 0) return 0;
  if (terms.length === 1) return terms[0] ?? 0;
  let half = 1;
  while (2 * half < terms.length) half *= 2;
  return fixedTreeTotal(terms.subarray(0, half)) + fixedTreeTotal(terms.subarray(half));
}

/** The factor on the gradient as torch.nn.utils.clip_grad_norm_ has it, rounded to float32. */
export function clipScale(norm: number, maximum: number): number {
  return Math.fround(Math.min(1, maximum / (norm + 1e-6)));
}

/** Index of the first value that is infinite or not a number, or -1. */
export function firstNotFinite(values: Float32Array): number {
  for (let start = 0; start < values.length; start += CAPACITY) {
    const piece = values.subarray(start, start + CAPACITY);
    if (hasNotFinite(stage(piece, 0).pointer, piece.length)) return start + piece.findIndex((value) => !Number.isFinite(value));
  }
  return -1;
}

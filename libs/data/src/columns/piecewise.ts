import type { Encoder } from './encoder.js';

/** Pieces of about as many training examples each. */
const PIECES = 16;
/** Where more of the training examples have one value, the others are cut into pieces too. */
const MOST_OF_ONE = 0.5;

/**
 * A number as the pieces of its range that lie below it: 1 for each that does, a share for the one that it is in. So a network sees where
 * a value lies among the others, however far the largest are away, and a missing value is all zeros. Every piece has about as many of the
 * training examples.
 *
 * @param edges ends of the pieces, ascending
 * @see Gorishniy, Rubachev and Babenko, On Embeddings for Numerical Features in Tabular Deep Learning (2022), section 3.2
 */
export function piecewiseEncoder(edges: readonly number[]): Encoder {
  const size = Math.max(1, edges.length - 1);
  const encode: Encoder['encode'] = (value, target, offset) => {
    if (Number.isNaN(value)) return;
    for (let piece = 0; piece < edges.length - 1; piece += 1) {
      const [low, high] = [edges[piece] as number, edges[piece + 1] as number];
      target[offset + piece] = Math.min(1, Math.max(0, (value - low) / (high - low)));
    }
  };
  return { size, encode };
}

/** Ends of the pieces, ascending, all different. @param sorted known values of the training examples, ascending */
export function edgesOf(sorted: Float64Array): number[] {
  const frequent = mostFrequent(sorted);
  const others = sorted.filter((value) => value !== frequent);
  const edges = [...quantiles(sorted), ...(sorted.length - others.length > MOST_OF_ONE * sorted.length ? quantiles(others) : [])];
  return [...new Set(edges)].sort((a, b) => a - b);
}

function mostFrequent(sorted: Float64Array): number {
  let [found, most, start] = [Number.NaN, 0, 0];
  for (let index = 1; index <= sorted.length; index += 1) {
    if (sorted[index] === sorted[start]) continue;
    if (index - start > most) [found, most] = [sorted[start] as number, index - start];
    start = index;
  }
  return found;
}

function quantiles(sorted: Float64Array): number[] {
  if (sorted.length === 0) return [];
  return Array.from({ length: PIECES + 1 }, (_, cut) => sorted[Math.round((cut * (sorted.length - 1)) / PIECES)] as number);
}

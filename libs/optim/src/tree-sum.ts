import { add } from '../generated/kernels.js';
import { flushSubnormal } from './flush-subnormal.js';
import { forPieces, stage } from './kernel-memory.js';

const { fround } = Math;

/**
 * target = left + right, element by element in float32, subnormal sums flushed to +0; four at a time (WebAssembly SIMD), with the
 * bits of one at a time. `target` may be one of the two.
 *
 * @returns whether all of the sums are finite
 */
export function sumInto(target: Float32Array, left: Float32Array, right: Float32Array): boolean {
  const { length } = target;
  if (left.length !== length || right.length !== length) {
    throw new RangeError(`expected two vectors of ${length} elements, found ${left.length} and ${right.length}`);
  }
  let isFinite = true;
  forPieces(length, (from, to) => {
    const [a, b, sum] = [stage(left.subarray(from, to), 0), stage(right.subarray(from, to), 1), stage(target.subarray(from, to), 2)];
    if (add(sum.pointer, a.pointer, b.pointer, to - from)) isFinite = false;
    sum.restore();
  });
  return isFinite;
}

/** target += addend in float32, subnormal sums flushed to +0. */
export function addInto(target: Float32Array, addend: Float32Array): void {
  sumInto(target, target, addend);
}

/**
 * The sum of the leaves along the fixed binary tree, node(first, count) = node(first, count/2) + node(first + count/2, count/2).
 * Their number must be a power of two. Consumes the leaves: partial sums are kept in them, the result is the first one.
 */
export function sumTree(leaves: readonly Float32Array[]): Float32Array {
  return combineTree(leaves, addInto);
}

/** Where the mean (at `offset`) and the biased variance (at `offset + channels`) of one normalisation lie. */
export interface MeanAndVariance {
  readonly offset: number;
  readonly channels: number;
}

/**
 * Turns `target`, the statistics of one half of some examples, into those of both halves (equally many examples each):
 * mean = (a + b) / 2, variance = (va + vb) / 2 + ((a - b) / 2)^2, each operation in float32.
 */
export function combineStatistics(target: Float32Array, other: Float32Array, segments: readonly MeanAndVariance[]): void {
  for (const { offset, channels } of segments) {
    for (let mean = offset; mean < offset + channels; mean += 1) {
      const variance = mean + channels;
      const a = target[mean] ?? 0;
      const b = other[mean] ?? 0;
      const halfDistance = fround(fround(a - b) * 0.5);
      const within = fround(fround((target[variance] ?? 0) + (other[variance] ?? 0)) * 0.5);
      target[mean] = flushSubnormal(fround(fround(a + b) * 0.5));
      target[variance] = flushSubnormal(fround(within + fround(halfDistance * halfDistance)));
    }
  }
}

/** How a summary is laid out: `statisticsLength` elements of statistics, then losses. */
export interface SummaryParts {
  readonly statistics: readonly MeanAndVariance[];
  readonly statisticsLength: number;
}

/** Turns `target`, the summary of the left half of a tree node, into that of the whole node: statistics combined, losses added. */
export function combineSummary(target: Float32Array, right: Float32Array, parts: SummaryParts): void {
  combineStatistics(target, right, parts.statistics);
  addInto(target.subarray(parts.statisticsLength), right.subarray(parts.statisticsLength));
}

/** The summary of a tree node out of its shards' summaries, along the same tree as the gradients. Consumes the leaves. */
export function combineSummaries(leaves: readonly Float32Array[], parts: SummaryParts): Float32Array {
  return combineTree(leaves, (target, right) => combineSummary(target, right, parts));
}

function combineTree(leaves: readonly Float32Array[], combine: (target: Float32Array, right: Float32Array) => void): Float32Array {
  const count = leaves.length;
  if (!Number.isInteger(Math.log2(count))) throw new RangeError(`expected 1, 2, 4, 8 ... vectors to add up, found ${count}`);
  for (let distance = 1; distance < count; distance *= 2) {
    for (let first = 0; first < count; first += 2 * distance) combine(leafAt(leaves, first), leafAt(leaves, first + distance));
  }
  return leafAt(leaves, 0);
}

function leafAt(leaves: readonly Float32Array[], index: number): Float32Array {
  const leaf = leaves[index];
  if (leaf === undefined) throw new RangeError(`no vector ${index}`);
  return leaf;
}

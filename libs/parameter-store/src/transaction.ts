import { combineSummary, firstNotFinite, giveVector, squaresOfBlocks, sumInto, takeVector, type OptimizerBuffers } from '@lethe/optim';
import { chunksOf, NORM_BLOCK_LENGTH, type Push, type ServerWork, type Slice, type Step } from '@lethe/protocol';
import { BlockTree } from './block-tree.js';
import { segmentAt, type GroupFacts } from './group-facts.js';
import { checkSameLength, checkSameStep } from './push-checks.js';

/** A partial sum; `pooled` buffers are this server's own, others came in a message and are only read. */
interface Sum {
  readonly values: Float32Array;
  readonly pooled: boolean;
}

interface ChunkSum {
  readonly chunk: Slice;
  readonly tree: BlockTree<Sum>;
  /** Sum of squares of each norm block of the chunk, only if the group is clipped. */
  squares: Float64Array;
  /** Name of the first segment with a value that is not finite, or empty. */
  notFinite: string;
}

export interface TransactionOptions {
  readonly facts: GroupFacts;
  readonly step: Step;
  /** Updated in place, chunk by chunk. */
  readonly state: OptimizerBuffers;
  /** Told of every chunk whose next values are final: a clipped group's when its norm is known. */
  readonly onChunk: (chunk: Slice) => void;
  /** Scalars of the version that this transaction makes. */
  readonly scalars: Readonly<Record<string, number>>;
  /** New values, by net, of those that start afresh with this version. */
  readonly fresh: ReadonlyMap<string, Float32Array>;
}

/**
 * One version of a group in the making: sums the blocks' gradients chunk by chunk and, as soon as a chunk is whole,
 * updates it, in place: a transaction that is given up needs another state to be loaded.
 */
export class Transaction {
  readonly step: Step;
  readonly #options: TransactionOptions;
  readonly #chunks: readonly ChunkSum[];
  readonly #summaries: BlockTree<Float32Array> | null;
  readonly #firstPushMs = performance.now();
  #lastPushMs = this.#firstPushMs;
  #sumMs = 0;
  #updateMs = 0;
  #missingChunks: number;
  #summaryLength: number | undefined;

  constructor(options: TransactionOptions) {
    const { facts: { layout, slice, isLead, shards }, step } = options;
    this.step = step;
    this.#options = options;
    this.#chunks = chunksOf(slice).map((chunk) => ({
      chunk, squares: new Float64Array(0), notFinite: '',
      tree: new BlockTree<Sum>(shards, (left, right) => this.#add(left, right), (sum) => this.#release(sum)),
    }));
    this.#missingChunks = this.#chunks.length;
    this.#summaries = !isLead ? null : new BlockTree<Float32Array>(shards, (left, right) => {
      const combined = left.slice();
      combineSummary(combined, right, layout);
      return combined;
    });
  }

  /** Takes a valid push; what is covered already is ignored. */
  add(push: Push): void {
    checkSameStep(push, this.step);
    const sum = this.#chunks.find(({ chunk }) => chunk.from === push.offset);
    if (sum === undefined || sum.tree.covers(push.block)) return;
    if (push.summary !== null) checkSameLength(push, (this.#summaryLength ??= push.summary.length));
    const startMs = performance.now();
    sum.tree.add(push.block, { values: push.gradient, pooled: false });
    if (push.summary !== null) this.#summaries?.add(push.block, push.summary);
    this.#lastPushMs = performance.now();
    this.#sumMs += this.#lastPushMs - startMs;
    if (sum.tree.total !== undefined) this.#completeChunk(sum, sum.tree.total.values);
  }

  /** Whether every block of every chunk is in. */
  get isComplete(): boolean {
    return this.#missingChunks === 0;
  }

  /** What it took so far. */
  get work(): ServerWork {
    const beganMs = performance.timeOrigin + this.#firstPushMs;
    return { beganMs, lastedMs: performance.now() - this.#firstPushMs, sumMs: this.#sumMs, updateMs: this.#updateMs, waitMs: this.#lastPushMs - this.#firstPushMs };
  }

  /** What is first found not to be finite, in the order of the flat vector: a segment, the losses or the statistics; or empty. */
  get notFinite(): string {
    const found = this.#chunks.find(({ notFinite }) => notFinite !== '')?.notFinite;
    if (found !== undefined) return found;
    const summary = this.summary;
    const index = summary === null ? -1 : firstNotFinite(summary);
    if (index < 0) return '';
    const { layout } = this.#options.facts;
    if (index >= layout.statisticsLength) return `loss ${index - layout.statisticsLength + 1}`;
    return layout.statistics.find(({ offset, channels }) => index < offset + 2 * channels)?.name ?? 'statistics';
  }

  /** Sums of squares of the mean gradient per norm block of the slice; empty unless the group is clipped. */
  get squares(): Float64Array {
    return Float64Array.from(this.#chunks.flatMap(({ squares }) => [...squares]));
  }

  /** Statistics and losses (sums over shards) of the global batch; null on servers other than the lead. */
  get summary(): Float32Array | null {
    return this.#summaries?.total ?? null;
  }

  /** Frees what is summed so far; whole sums are free already, unless they wait to be clipped. */
  abandon(): void {
    const { clipNorm } = this.#options.facts;
    for (const { tree } of this.#chunks) if (clipNorm !== null || tree.total === undefined) tree.clear();
  }

  /** Brings the state to its final form: what is clipped could not be updated before its norm was known. */
  finish(clipScale: number): void {
    if (this.#options.facts.clipNorm === null) return;
    const startMs = performance.now();
    for (const { chunk, tree } of this.#chunks) {
      if (tree.total === undefined) continue;
      this.#update(chunk, tree.total.values, clipScale);
      this.#release(tree.total);
      this.#options.onChunk(chunk);
    }
    this.#updateMs += performance.now() - startMs;
  }

  #add(left: Sum, right: Sum): Sum {
    let target = right.values;
    if (left.pooled) target = left.values;
    else if (!right.pooled) target = takeVector(left.values.length);
    sumInto(target, left.values, right.values);
    if (left.pooled) this.#release(right);
    return { values: target, pooled: true };
  }

  #release({ values, pooled }: Sum): void {
    if (pooled) giveVector(values);
  }

  #completeChunk(sum: ChunkSum, values: Float32Array): void {
    const { facts: { clipNorm, shards, layout } } = this.#options;
    const startMs = performance.now();
    this.#missingChunks -= 1;
    const index = firstNotFinite(values);
    if (index >= 0) sum.notFinite = segmentAt(layout, sum.chunk.from + index);
    else if (clipNorm !== null) sum.squares = squaresOfBlocks(values, NORM_BLOCK_LENGTH, 1 / shards);
    else this.#update(sum.chunk, values, 1);
    this.#updateMs += performance.now() - startMs;
    if (index < 0 && clipNorm === null) this.#options.onChunk(sum.chunk);
    if (clipNorm === null && sum.tree.total !== undefined) this.#release(sum.tree.total);
  }

  #update(chunk: Slice, gradient: Float32Array, clipScale: number): void {
    const { facts: { optimizer, slice, shards }, state, scalars, fresh } = this.#options;
    const gradientScale = Math.fround(clipScale / shards);
    optimizer.update({ chunk, gradient, bufferOffset: slice.from, state }, { round: this.step.round, scalars, gradientScale, fresh });
  }
}

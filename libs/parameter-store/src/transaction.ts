import { combineSummary, firstNotFinite, freeVector, squaresOfTiles, sumInto, allocateVector, type OptimizerBuffers } from '@lethe/optim';
import { chunksOf, NORM_BLOCK_LENGTH, type Push, type ServerWork, type TreeNode, type Slice, type Step } from '@lethe/protocol';
import { ReductionTree } from './reduction-tree.js';
import { segmentAt, type GroupFacts } from './group-facts.js';

/** Whose push it was, and in answer to which deal. */
export interface Author {
  /** The transport's name of the worker. */
  readonly peer: string;
  readonly node: TreeNode;
  readonly generation: number;
}

/** Something that is not finite, and is wanted again. */
export interface NotFinite {
  /** Null: a sum of finite gradients, which is nobody's fault. */
  readonly author: Author | null;
  /** Segment, loss or statistics. */
  readonly where: string;
}

/** A partial sum; those without an author are this server's own, finite and in pooled buffers, others came in a message and are only read. */
interface Sum {
  readonly values: Float32Array;
  /** Statistics and losses; only of the first chunk, on the lead server. */
  readonly summary: Float32Array | null;
  readonly author: Author | null;
  /** Whether it may stay after it could not be added to another. */
  isSound: boolean;
}

interface ChunkSum {
  readonly chunk: Slice;
  readonly tree: ReductionTree<Sum>;
  /** The latest deal of which something has come. */
  generation: number;
  /** Sum of squares of each norm block of the chunk, only if the group is clipped. */
  squares: Float64Array;
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
  /** New values, by network, of those that start afresh with this version. */
  readonly fresh: ReadonlyMap<string, Float32Array>;
}

/**
 * One version of a group in the making: sums the blocks' gradients chunk by chunk and, as soon as a chunk is whole,
 * updates it, in place. What is not finite is left out, and its block is wanted again; sums find it on the way. It spoils only sums of
 * its own deal and of those before: whatever is computed in a later deal is computed once.
 */
export class Transaction {
  readonly step: Step;
  readonly #options: TransactionOptions;
  readonly #chunks: readonly ChunkSum[];
  /** Slots of the chunks that are updated, as they were before. */
  readonly #before = new Map<number, Readonly<Record<string, Float32Array>>>();
  readonly #firstPushMs = performance.now();
  #lastPushMs = this.#firstPushMs;
  #sumMs = 0;
  #updateMs = 0;
  #missingChunks: number;
  #found: NotFinite[] = [];

  constructor(options: TransactionOptions) {
    const { facts: { slice, shards }, step } = options;
    this.step = step;
    this.#options = options;
    this.#chunks = chunksOf(slice).map((chunk) => ({
      chunk, squares: new Float64Array(0), generation: 0,
      tree: new ReductionTree<Sum>(shards, (left, right) => this.#add(chunk, left, right), (sum) => this.#release(sum), ({ isSound }) => isSound),
    }));
    this.#missingChunks = this.#chunks.length;
  }

  /**
   * Takes a valid push; what is covered already is ignored.
   *
   * @returns what was found not to be finite with it: it, or what came before it
   */
  add(push: Push, peer: string): NotFinite[] {
    const sum = this.#chunks.find(({ chunk }) => chunk.from === push.offset);
    if (sum === undefined || sum.tree.covers({ first: 0, count: this.#options.facts.shards })) return [];
    const { gradient: values, summary, node, generation } = push;
    if (generation > sum.generation) this.#beginDeal(sum, generation);
    if (sum.tree.covers(node)) return this.#found.splice(0);
    const author = { peer, node, generation };
    const oddSummary = summary === null ? '' : this.#oddSummary(summary);
    const where = oddSummary === '' && generation < sum.generation ? this.#oddGradient(sum.chunk, values) : oddSummary;
    if (where !== '') return [...this.#found.splice(0), { author, where }];
    const startMs = performance.now();
    sum.tree.add(node, { values, summary, author, isSound: true });
    this.#lastPushMs = performance.now();
    this.#sumMs += this.#lastPushMs - startMs;
    if (sum.tree.total !== undefined) this.#completeChunk(sum, sum.tree.total);
    return this.#found.splice(0);
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

  /** Sums of squares of the mean gradient per norm block of the slice; empty unless the group is clipped. */
  get squares(): Float64Array {
    return Float64Array.from(this.#chunks.flatMap(({ squares }) => [...squares]));
  }

  /** Statistics and losses (sums over shards) of the global batch; null on servers other than the lead. */
  get summary(): Float32Array | null {
    return this.#chunks[0]?.tree.total?.summary ?? null;
  }

  /** A slot's elements of a chunk in the version before, if the chunk is updated already. */
  before(slot: string, { from }: Slice): Float32Array | undefined {
    return this.#before.get(from)?.[slot];
  }

  /** Frees what is summed so far; whole sums are free already, unless they wait to be clipped. */
  abandon(): void {
    const { clipNorm } = this.#options.facts;
    for (const { tree } of this.#chunks) if (clipNorm !== null || tree.total === undefined) tree.clear();
    this.#forgetBefore();
  }

  /** Brings the state to its final form: what is clipped could not be updated before its norm was known. */
  finish(clipScale: number): void {
    this.#forgetBefore();
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

  /** From now on nothing of an earlier deal is added that was not looked at: nobody would compute again what it spoils. */
  #beginDeal(sum: ChunkSum, generation: number): void {
    sum.generation = generation;
    sum.tree.keep(({ values, author }) => {
      const where = author === null ? '' : this.#oddGradient(sum.chunk, values);
      if (where !== '') this.#found.push({ author, where });
      return where === '';
    });
  }

  /** Null if the sum is not finite: whoever's push is not either is found, and what the sum was written over is lost. */
  #add(chunk: Slice, left: Sum, right: Sum): Sum | null {
    const own = left.author === null ? left : right.author === null ? right : null;
    const target = own?.values ?? allocateVector(left.values.length);
    if (!sumInto(target, left.values, right.values)) {
      this.#spoilt(chunk, [left, right]);
      if (own === null) freeVector(target);
      return null;
    }
    if (left.author === null) this.#release(right);
    return { values: target, summary: this.#combined(left.summary, right.summary), author: null, isSound: true };
  }

  /** Says which of two could not be added, and keeps the other if it is still there. */
  #spoilt(chunk: Slice, halves: readonly Sum[]): void {
    const found = halves.flatMap(({ author, values }) => {
      const where = author === null ? '' : this.#oddGradient(chunk, values);
      return where === '' ? [] : [{ author, where }];
    });
    for (const half of halves) {
      half.isSound = half.author !== null && found.length > 0 && !found.some(({ author }) => author === half.author);
      this.#release(half);
    }
    this.#found = [...this.#found, ...(found.length > 0 ? found : [{ author: null, where: segmentAt(this.#options.facts.layout, chunk.from) }])];
  }

  #combined(left: Float32Array | null, right: Float32Array | null): Float32Array | null {
    if (left === null || right === null) return null;
    const combined = left.slice();
    combineSummary(combined, right, this.#options.facts.layout);
    return combined;
  }

  #release({ values, author }: Sum): void {
    if (author === null) freeVector(values);
  }

  #completeChunk(sum: ChunkSum, total: Sum): void {
    const { facts: { clipNorm, shards } } = this.#options;
    const startMs = performance.now();
    const found = this.#oddTotal(sum.chunk, total);
    if (found !== null) {
      this.#found.push(found);
      sum.tree.clear();
      return;
    }
    this.#missingChunks -= 1;
    if (clipNorm !== null) sum.squares = squaresOfTiles(total.values, NORM_BLOCK_LENGTH, 1 / shards);
    else this.#updateEarly(sum.chunk, total.values);
    this.#updateMs += performance.now() - startMs;
    if (clipNorm !== null) return;
    this.#options.onChunk(sum.chunk);
    this.#release(total);
  }

  /** What is not finite in a chunk that is whole: sums are known to be finite, a single push is not, nor are statistics put together. */
  #oddTotal(chunk: Slice, { values, summary, author }: Sum): NotFinite | null {
    const where = author !== null ? this.#oddGradient(chunk, values) : summary !== null ? this.#oddSummary(summary) : '';
    return where === '' ? null : { author, where };
  }

  /** Names where a chunk's gradient is not finite; empty if all of it is. */
  #oddGradient(chunk: Slice, gradient: Float32Array): string {
    const index = firstNotFinite(gradient);
    return index < 0 ? '' : segmentAt(this.#options.facts.layout, chunk.from + index);
  }

  /** Names what is not finite in a summary; empty if all is. */
  #oddSummary(summary: Float32Array): string {
    const { layout } = this.#options.facts;
    const index = firstNotFinite(summary);
    if (index < 0) return '';
    if (index >= layout.statisticsLength) return `loss ${index - layout.statisticsLength + 1}`;
    return layout.statistics.find(({ offset, channels }) => index < offset + 2 * channels)?.name ?? 'statistics';
  }

  /** Before the version is committed: what was there has to be told until then. */
  #updateEarly(chunk: Slice, gradient: Float32Array): void {
    const { facts: { slice }, state: { slots } } = this.#options;
    const before = Object.entries(slots).map(([name, slot]) => {
      const kept = allocateVector(chunk.to - chunk.from);
      kept.set(slot.subarray(chunk.from - slice.from, chunk.to - slice.from));
      return [name, kept] as const;
    });
    this.#before.set(chunk.from, Object.fromEntries(before));
    this.#update(chunk, gradient, 1);
  }

  #forgetBefore(): void {
    for (const slots of this.#before.values()) for (const kept of Object.values(slots)) freeVector(kept);
    this.#before.clear();
  }

  #update(chunk: Slice, gradient: Float32Array, clipScale: number): void {
    const { facts: { optimizer, slice, shards }, state, scalars, fresh } = this.#options;
    const gradientScale = Math.fround(clipScale / shards);
    optimizer.update({ chunk, gradient, bufferOffset: slice.from, state }, { round: this.step.round, scalars, gradientScale, fresh });
  }
}

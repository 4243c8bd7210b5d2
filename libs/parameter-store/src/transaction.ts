import { allocateVector, combineSummary, firstNotFinite, freeVector, squaresOfTiles, sumInto, type OptimizerBuffers } from '@lethe/optim';
import { NORM_TILE_LENGTH, type FreshNetwork, type Push, type ServerWork, type Slice, type Step, type TreeNode } from '@lethe/protocol';
import { segmentAt, type GroupFacts } from './group-facts.js';
import { ReductionTree } from './reduction-tree.js';

/** Whose push it was, and which generation of the assignment it answers. */
export interface Author {
  /** The transport's name of the worker. */
  readonly peer: string;
  readonly node: TreeNode;
  readonly generation: number;
}

/** Something that is not finite, and is to be pushed again. */
export interface NotFinite {
  /** Null: a sum of finite gradients, for which no single push is the cause. */
  readonly author: Author | null;
  /** Losses, statistics or a segment of the gradient: `the loss kept_loss is NaN, the gradient of autoencoder is not finite in ...`. */
  readonly what: string;
}

/**
 * A partial sum. Those without an author are this server's own: finite, and in vectors of `allocateVector`. Others came in a message and
 * are only read.
 */
interface Sum {
  readonly values: Float32Array;
  /** Statistics and losses; only of the first chunk, on the lead server. */
  readonly summary: Float32Array | null;
  readonly author: Author | null;
  /** Whether it is kept although it could not be added to another. */
  isKept: boolean;
}

interface ChunkSum {
  readonly chunk: Slice;
  readonly tree: ReductionTree<Sum>;
  /** The latest generation of which a push has come. */
  generation: number;
  /** Sum of squares of each norm tile of the chunk, only if the group is clipped. */
  squares: Float64Array;
}

export interface TransactionOptions {
  readonly facts: GroupFacts;
  readonly step: Step;
  /** Updated in place, chunk by chunk. */
  readonly state: OptimizerBuffers;
  /** Called with every chunk whose next values are final. In a clipped group they are when the norm is known. */
  readonly onChunk: (chunk: Slice) => void;
  /** Scalars of the version that this transaction makes. */
  readonly scalars: Readonly<Record<string, number>>;
  /** The networks that start afresh with this version, by name. */
  readonly fresh: ReadonlyMap<string, Pick<FreshNetwork, 'values'>>;
}

/**
 * One version of a group in the making. It sums the gradients of the tree nodes chunk by chunk, and updates a chunk in place as soon as
 * its sum is complete. A push that is not finite is left out and has to come again; adding it to another shows it, at no cost. Only sums
 * of its own generation and of earlier ones are lost by it. So what is computed in a later generation is computed once.
 */
export class Transaction {
  readonly step: Step;
  readonly #options: TransactionOptions;
  readonly #chunks: readonly ChunkSum[];
  /** Slots of the updated chunks as they were before the update, by the chunk's first element. */
  readonly #before = new Map<number, Readonly<Record<string, Float32Array>>>();
  readonly #firstPushMs = performance.now();
  #lastPushMs = this.#firstPushMs;
  #sumMs = 0;
  #updateMs = 0;
  #missingChunks: number;
  #found: NotFinite[] = [];

  constructor(options: TransactionOptions) {
    const { facts: { chunks, shards }, step } = options;
    this.step = step;
    this.#options = options;
    this.#chunks = chunks.map((chunk) => ({
      chunk,
      generation: 0,
      squares: new Float64Array(0),
      tree: new ReductionTree<Sum>(shards, {
        combine: (left, right) => this.#add(chunk, left, right),
        discard: (sum) => { this.#release(sum); },
        isKept: ({ isKept }) => isKept,
      }),
    }));
    this.#missingChunks = this.#chunks.length;
  }

  /**
   * Takes a valid push. It is ignored if its node is part of a sum already.
   *
   * @param place of its chunk among the chunks of the slice
   * @returns what was found not to be finite: the push, or those before it
   */
  add(
    { gradient: values, summary, node, generation }: Push,
    { peer, place }: { readonly peer: string; readonly place: number },
  ): NotFinite[] {
    const sum = this.#chunks[place];
    if (sum === undefined || sum.tree.covers({ first: 0, count: this.#options.facts.shards })) return [];
    if (generation > sum.generation) this.#beginGeneration(sum, generation);
    if (sum.tree.covers(node)) return this.#found.splice(0);
    const author = { peer, node, generation };
    const inSummary = summary === null ? [] : this.#notFiniteInSummary(summary);
    const isDoubtful = inSummary.length > 0 || generation < sum.generation;
    const found = [...inSummary, ...(isDoubtful ? this.#notFiniteInGradient(sum.chunk, values) : [])];
    if (found.length > 0) return [...this.#found.splice(0), { author, what: found.join(', ') }];
    const startMs = performance.now();
    sum.tree.add(node, { values, summary, author, isKept: true });
    this.#lastPushMs = performance.now();
    this.#sumMs += this.#lastPushMs - startMs;
    if (sum.tree.total !== undefined) this.#completeChunk(sum, sum.tree.total);
    return this.#found.splice(0);
  }

  /** Whether the sum of every chunk is complete. */
  get isComplete(): boolean {
    return this.#missingChunks === 0;
  }

  /** The time that it took so far. */
  get work(): ServerWork {
    const beganMs = performance.timeOrigin + this.#firstPushMs;
    return {
      beganMs,
      lastedMs: performance.now() - this.#firstPushMs,
      sumMs: this.#sumMs,
      updateMs: this.#updateMs,
      waitMs: this.#lastPushMs - this.#firstPushMs,
    };
  }

  /** Sums of squares of the mean gradient per norm tile of the slice; empty unless the group is clipped. */
  get squares(): Float64Array {
    return Float64Array.from(this.#chunks.flatMap(({ squares }) => [...squares]));
  }

  /** Statistics and losses (sums over shards) of the global batch; null on servers other than the lead. */
  get summary(): Float32Array | null {
    return this.#chunks[0]?.tree.total?.summary ?? null;
  }

  /** A slot's elements of a chunk in the version before; undefined if the chunk is not updated yet. */
  before(slot: string, { from }: Slice): Float32Array | undefined {
    return this.#before.get(from)?.[slot];
  }

  /** Frees the sums so far. Complete ones are free already, unless they wait for the norm. */
  abandon(): void {
    const { clipNorm } = this.#options.facts;
    for (const { tree } of this.#chunks) if (clipNorm !== null || tree.total === undefined) tree.clear();
    this.#forgetBefore();
  }

  /** Completes the update: a clipped group could not be updated before its norm was known. */
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

  /** From now on every gradient of an earlier generation is checked before it is added: what it would spoil is not computed again. */
  #beginGeneration(sum: ChunkSum, generation: number): void {
    sum.generation = generation;
    sum.tree.keep(({ values, author }) => {
      const [what] = author === null ? [] : this.#notFiniteInGradient(sum.chunk, values);
      if (what !== undefined) this.#found.push({ author, what });
      return what === undefined;
    });
  }

  /** Null if the sum is not finite. Then the pushes that are not finite are found, and the vector that the sum was written to is lost. */
  #add(chunk: Slice, left: Sum, right: Sum): Sum | null {
    const own = left.author === null ? left : right.author === null ? right : null;
    const target = own?.values ?? allocateVector(left.values.length);
    if (!sumInto(target, left.values, right.values)) {
      this.#findNotFinite(chunk, [left, right]);
      if (own === null) freeVector(target);
      return null;
    }
    if (left.author === null) this.#release(right);
    return { values: target, summary: this.#combined(left.summary, right.summary), author: null, isKept: true };
  }

  /** Finds which of two sums is not finite, and keeps the other one if it is a push, which was only read. */
  #findNotFinite(chunk: Slice, halves: readonly Sum[]): void {
    const found = halves.flatMap(({ author, values }) => {
      return author === null ? [] : this.#notFiniteInGradient(chunk, values).map((what) => ({ author, what }));
    });
    for (const half of halves) {
      half.isKept = half.author !== null && found.length > 0 && !found.some(({ author }) => author === half.author);
      this.#release(half);
    }
    const overflow: NotFinite = { author: null, what: this.#ofGradient(chunk.from) };
    this.#found = [...this.#found, ...(found.length > 0 ? found : [overflow])];
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
    const found = this.#notFiniteInTotal(sum.chunk, total);
    if (found !== null) {
      this.#found.push(found);
      sum.tree.clear();
      return;
    }
    this.#missingChunks -= 1;
    if (clipNorm !== null) sum.squares = squaresOfTiles(total.values, NORM_TILE_LENGTH, 1 / shards);
    else this.#updateEarly(sum.chunk, total.values);
    this.#updateMs += performance.now() - startMs;
    if (clipNorm !== null) return;
    this.#options.onChunk(sum.chunk);
    this.#release(total);
  }

  /** What is not finite in a complete chunk. Sums of gradients are known to be finite; a single push and combined statistics are not. */
  #notFiniteInTotal(chunk: Slice, { values, summary, author }: Sum): NotFinite | null {
    const inSummary = summary === null ? [] : this.#notFiniteInSummary(summary);
    const found = author === null ? inSummary : this.#notFiniteInGradient(chunk, values);
    return found.length === 0 ? null : { author, what: found.join(', ') };
  }

  /** Names the segment in which a chunk's gradient is not finite first; none if it is finite. */
  #notFiniteInGradient(chunk: Slice, gradient: Float32Array): string[] {
    const index = firstNotFinite(gradient);
    return index < 0 ? [] : [this.#ofGradient(chunk.from + index)];
  }

  #ofGradient(index: number): string {
    const { layout } = this.#options.facts;
    return `the gradient of ${layout.name} is not finite in ${segmentAt(layout, index)}`;
  }

  /** Names the losses of a summary that are not finite, or else the first statistics; none if all are finite. */
  #notFiniteInSummary(summary: Float32Array): string[] {
    const index = firstNotFinite(summary);
    if (index < 0) return [];
    const { facts: { layout, innerSteps }, step: { phase } } = this.#options;
    const { losses = [] } = innerSteps.find((innerStep) => innerStep.phase === phase) ?? {};
    const ofLosses = [...summary.subarray(layout.statisticsLength)].flatMap((value, place) => (
      Number.isFinite(value) ? [] : [`the loss ${losses[place] ?? place + 1} of ${layout.name} is ${value}`]
    ));
    if (ofLosses.length > 0) return ofLosses;
    const statistics = layout.statistics.find(({ offset, channels }) => index < offset + 2 * channels)?.name ?? layout.name;
    return [`the statistics of ${statistics} are not finite`];
  }

  /** Updates before the version is committed. Until then the slots of the committed version may still be asked for. */
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

import { LetheError } from '@lethe/errors';
import { allocateVector, freeVector, type OptimizerBuffers } from '@lethe/optim';
import {
  chunksOf,
  NORM_TILE_LENGTH,
  piecesOf,
  type FreshNetwork,
  type GroupState,
  type Prepared,
  type Push,
  type ServerWork,
  type Slice,
  type Step,
} from '@lethe/protocol';
import type { GroupFacts } from './group-facts.js';
import { AVERAGE } from './group-optimizer.js';
import { advanceRunningStatistics } from './running-statistics.js';
import { Transaction, type NotFinite } from './transaction.js';

/** Values chunk by chunk, by the chunk's first element. They are never written again, so that messages may refer to them. */
type ChunkValues = ReadonlyMap<number, Float32Array>;

/** One committed version of this server's slice. It is never written again, so that messages may refer to it. */
interface CommittedState {
  readonly version: number;
  readonly values: ChunkValues;
  readonly scalars: Readonly<Record<string, number>>;
  readonly statistics: Float32Array | null;
}

/** A state of which not all pieces are there. */
interface LoadingState {
  readonly version: number;
  readonly values: Map<number, Float32Array>;
  readonly scalars: Readonly<Record<string, number>>;
  readonly statistics: Float32Array | null;
  /** Where the next piece begins. */
  next: number;
}

/** Takes the values of the next version, chunk by chunk, as they become final. They are provisional until the version is committed. */
export type Follower = (chunk: Slice, values: Float32Array) => void;

interface OpenTransaction {
  readonly transaction: Transaction;
  /** Values of the version in the making, as far as they are final. */
  readonly values: ChunkValues;
  readonly scalars: Readonly<Record<string, number>>;
  /** The networks that start afresh with it, by name. */
  readonly fresh: ReadonlyMap<string, FreshNetwork>;
}

/** What a commit made. */
export interface CommitResult {
  readonly step: Step;
  readonly version: number;
  /** Means over the global batch, in the order of the phase's losses; empty on servers other than the lead. */
  readonly losses: number[];
  readonly work: ServerWork;
}

/** A server's slice of one group: the committed version, the next one in the making, and who waits for it. */
export class GroupStore {
  readonly facts: GroupFacts;
  #committed: CommittedState | null = null;
  /** Values and slots where the optimiser works on them, in place: of the committed version, or partly of the one in the making. */
  #state: OptimizerBuffers | null = null;
  #open: OpenTransaction | null = null;
  /** The pieces so far of the state that is being loaded. */
  #loading: LoadingState | null = null;
  readonly #waiting = new Map<number, Set<() => void>>();
  readonly #followers = new Set<Follower>();

  constructor(facts: GroupFacts) {
    this.facts = facts;
  }

  /** Bytes of the values of one version. */
  get bytes(): number {
    const { from, to } = this.facts.slice;
    return (to - from) * Float32Array.BYTES_PER_ELEMENT;
  }

  /** The committed version, or null as long as nothing is loaded. */
  get version(): number | null {
    return this.#committed?.version ?? null;
  }

  /** Averages of a chunk's values, or the values where no average is kept. */
  averagesOf(chunk: Slice): Float32Array {
    const averages = this.#state?.slots[AVERAGE];
    return averages === undefined ? this.valuesOf(chunk) : this.#committedSlot(AVERAGE, averages, chunk);
  }

  /** A chunk's values in the committed version. */
  valuesOf({ from }: Slice): Float32Array {
    const values = this.#loaded().values.get(from);
    if (values === undefined) throw new RangeError(`no chunk of the slice begins at ${from}`);
    return values;
  }

  get statistics(): Float32Array | null {
    return this.#loaded().statistics;
  }

  /**
   * Takes a piece of the state that it begins with, which is in use once its last piece is there. Pieces come in order; a repeated one
   * is ignored. A state without slots and scalars is a beginning: zero moments.
   *
   * @throws LetheError CHECKPOINT_MISMATCH if it belongs to another layout or other optimisers.
   */
  load(state: GroupState, offset: number): void {
    const { slice, optimizer: { slotNames, initialScalars } } = this.facts;
    if (offset === slice.from && this.#loading === null && this.#committed === null) this.#beginLoading(state);
    const loading = this.#loading;
    if (loading === null || offset < loading.next) return;
    const { values } = state;
    this.#checkPiece(state, { offset, next: loading.next });
    const optimized = (this.#state ??= {
      values: allocateVector(slice.to - slice.from),
      slots: Object.fromEntries(slotNames.map((name) => [name, allocateVector(slice.to - slice.from)])),
    });
    optimized.values.set(values, offset - slice.from);
    for (const [name, slot] of Object.entries(optimized.slots)) {
      const loaded = state.slots[name];
      if (loaded === undefined) slot.fill(0, offset - slice.from, offset - slice.from + values.length);
      else slot.set(loaded, offset - slice.from);
    }
    for (const { from, to } of chunksOf({ from: offset, to: offset + values.length })) {
      loading.values.set(from, values.slice(from - offset, to - offset));
    }
    loading.next = offset + values.length;
    if (loading.next < slice.to) return;
    this.#loading = null;
    const { version, values: chunks, statistics } = loading;
    const scalars = Object.keys(loading.scalars).length === 0 ? initialScalars : loading.scalars;
    this.#committed = { version, values: chunks, scalars, statistics };
    // No version before the loaded one will be committed any more.
    for (const waited of [...this.#waiting.keys()]) if (waited < version) this.#waiting.delete(waited);
    this.#answer(version);
  }

  /** A copy of the piece of the committed state that begins at `offset`; the first piece comes with the statistics. */
  capture(offset: number): GroupState {
    const { layout, slice } = this.facts;
    const piece = piecesOf(slice).find(({ from }) => from === offset);
    if (piece === undefined) throw new LetheError('VERSION_UNAVAILABLE', `no piece of ${layout.name} begins at ${offset} here`);
    const { version, scalars, statistics } = this.#loaded();
    const joined = (chunkOf: (chunk: Slice) => Float32Array): Float32Array => {
      const copy = new Float32Array(piece.to - piece.from);
      for (const chunk of chunksOf(piece)) copy.set(chunkOf(chunk), chunk.from - piece.from);
      return copy;
    };
    const slots = Object.entries(this.#state?.slots ?? {}).map(
      ([name, slot]) => [name, joined((chunk) => this.#committedSlot(name, slot, chunk))] as const,
    );
    return {
      group: layout.name,
      version,
      values: joined((chunk) => this.valuesOf(chunk)),
      slots: Object.fromEntries(slots),
      scalars: { ...scalars },
      statistics: offset === slice.from ? statistics : null,
    };
  }

  /**
   * Calls back when `version` is the committed one: now, or right after its commit and before anything else happens.
   *
   * @returns a function that gives up the wait
   * @throws LetheError VERSION_UNAVAILABLE if that version is past.
   */
  atVersion(version: number, callback: () => void): () => void {
    const current = this.version;
    const waiting = this.#waiting.get(version) ?? new Set();
    if (current === version) callback();
    else if (current === null || version > current) this.#waiting.set(version, waiting.add(callback));
         else
           throw new LetheError(
             'VERSION_UNAVAILABLE',
             `version ${version} of ${this.facts.layout.name} is past: the current one is ${current}`,
           );
    return () => { waiting.delete(callback); };
  }

  /**
   * Follows the making of the version after the committed one, from its next chunk on.
   *
   * @returns a function that ends it
   */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => { this.#followers.delete(follower); };
  }

  /**
   * Takes a valid push for the next version.
   *
   * @param author the worker that sent it, by the transport's name, and the place of its chunk as `validatePush` has found it
   * @returns whether this push completed the slice, so that it is prepared, and what was found not to be finite
   */
  add(
    push: Push,
    author: { readonly peer: string; readonly place: number },
  ): { readonly isPrepared: boolean; readonly notFinite: readonly NotFinite[] } {
    this.#open ??= this.#begin(push, this.#loaded().scalars);
    const { transaction } = this.#open;
    if (transaction.isComplete) return { isPrepared: false, notFinite: [] };
    const notFinite = transaction.add(push, author);
    return { isPrepared: transaction.isComplete, notFinite };
  }

  /** Whether every gradient of the next version is in, so that the lead can have it committed. */
  get isPrepared(): boolean {
    return this.#open?.transaction.isComplete ?? false;
  }

  /** What this server tells the lead once its slice is complete. */
  prepared(): Prepared {
    const { transaction } = this.#opened();
    const { layout, slice } = this.facts;
    const version = this.#loaded().version + 1;
    const firstNormTile = slice.from / NORM_TILE_LENGTH;
    return { kind: 'prepared', group: layout.name, version, firstNormTile, squares: transaction.squares };
  }

  /** Makes the complete version the committed one, and answers those that waited for it. */
  commit(clipScale: number): CommitResult {
    const { transaction, values, scalars, fresh } = this.#opened();
    const { version: oldVersion, statistics } = this.#loaded();
    const { layout, shards, optimizer } = this.facts;
    const version = oldVersion + 1;
    transaction.finish(clipScale);
    const { summary, step, work } = transaction;
    // Running means are noise about what is learnt, which changes no more.
    const resting = optimizer.resting(step.round);
    const advanced =
      statistics === null || summary === null
        ? statistics
        : advanceRunningStatistics(
          statistics, summary, layout.statistics.filter(({ network }) => !resting.has(network)), fresh.values(),
        );
    this.#committed = { version, values, scalars, statistics: advanced };
    this.#open = null;
    const losses = summary === null ? [] : Array.from(summary.subarray(layout.statisticsLength), (loss) => loss / shards);
    this.#followers.clear();
    this.#answer(version);
    return { step, version, losses, work };
  }

  /** Frees the memory that other stores can use. */
  dispose(): void {
    this.#open?.transaction.abandon();
    this.#open = null;
    for (const vector of this.#state === null ? [] : [this.#state.values, ...Object.values(this.#state.slots)]) freeVector(vector);
    this.#state = null;
    this.#committed = null;
  }

  #begin(step: Step, oldScalars: CommittedState['scalars']): OpenTransaction {
    const { optimizer, slice } = this.facts;
    const state = this.#state;
    if (state === null) throw new TypeError(`the state of ${this.facts.layout.name} is not loaded`);
    const values = new Map<number, Float32Array>();
    const { round, phase, innerStep } = step;
    const fresh = this.facts.freshNetworks({ round, phase, innerStep });
    const scalars = optimizer.advance(oldScalars, fresh.keys());
    const onChunk = (chunk: Slice): void => {
      const made = state.values.slice(chunk.from - slice.from, chunk.to - slice.from);
      values.set(chunk.from, made);
      for (const follower of this.#followers) follower(chunk, made);
    };
    const transaction = new Transaction({ facts: this.facts, step: { round, phase, innerStep }, state, scalars, fresh, onChunk });
    return { transaction, values, scalars, fresh };
  }

  #beginLoading(state: GroupState): void {
    const { optimizer: { slotNames, initialScalars }, isLead, layout } = this.facts;
    const { version, scalars, statistics } = state;
    if (Object.keys(state.slots).length > 0 || Object.keys(scalars).length > 0) {
      this.#expect('slots', slotNames, Object.keys(state.slots));
      this.#expect('optimiser scalars', Object.keys(initialScalars), Object.keys(scalars));
    }
    const length = statistics?.length ?? 0;
    if (isLead && length !== layout.statisticsLength) throw this.#mismatch('running statistics', layout.statisticsLength, length);
    const next = this.facts.slice.from;
    this.#loading = { version, values: new Map(), scalars: { ...scalars }, statistics: isLead ? statistics : null, next };
  }

  /** A chunk of a slot in the committed version: a copy, as a slot is written again. */
  #committedSlot(name: string, slot: Float32Array, chunk: Slice): Float32Array {
    const { slice } = this.facts;
    return this.#open?.transaction.before(name, chunk)?.slice() ?? slot.slice(chunk.from - slice.from, chunk.to - slice.from);
  }

  #answer(version: number): void {
    const callbacks = this.#waiting.get(version) ?? new Set();
    this.#waiting.delete(version);
    for (const callback of callbacks) callback();
  }

  #loaded(): CommittedState {
    if (this.#committed !== null) return this.#committed;
    throw new LetheError('VERSION_UNAVAILABLE', `${this.facts.layout.name} is not loaded yet`);
  }

  #opened(): OpenTransaction {
    if (this.#open?.transaction.isComplete === true) return this.#open;
    throw new LetheError('VERSION_UNAVAILABLE', `the next version of ${this.facts.layout.name} is not complete`);
  }

  #checkPiece({ values, slots }: GroupState, { offset, next }: { offset: number; next: number }): void {
    const { slice } = this.facts;
    const piece = piecesOf(slice).find(({ from }) => from === next);
    if (offset !== next || piece === undefined) {
      throw this.#mismatch(`the piece of the slice [${slice.from}, ${slice.to})`, `one that begins at ${next}`, offset);
    }
    const length = piece.to - piece.from;
    for (const [name, vector] of Object.entries({ values, ...slots })) {
      if (vector.length !== length) throw this.#mismatch(`${name} of the piece [${piece.from}, ${piece.to})`, length, vector.length);
    }
  }

  #expect(what: string, expected: readonly string[], found: readonly string[]): void {
    const [wanted, given] = [[...expected].sort().join(', '), [...found].sort().join(', ')];
    if (wanted !== given) throw this.#mismatch(what, wanted || 'none', given || 'none');
  }

  #mismatch(what: string, expected: string | number, found: string | number): LetheError {
    return new LetheError('CHECKPOINT_MISMATCH', `${what} of group ${this.facts.layout.name}: expected ${expected}, found ${found}`);
  }
}

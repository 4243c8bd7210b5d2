import { LetheError } from '@lethe/errors';
import { seededGenerator, shuffle } from '../seeded-generator.js';

export interface BatchStreamOptions {
  /** Indices into the training set, copied. */
  readonly training: Uint32Array;
  readonly batchSize: number;
  readonly seed: number;
  /**
   * Null: the only stream of a run. Where a round is made of several streams, each has a name: with the same permutations two
   * populations would be drawn pair by pair. A round may pass such a stream's examples several times.
   */
  readonly stream?: string | null;
}

/**
 * The endless stream of rounds: one seeded permutation of the training indices after another, concatenated and cut into
 * rounds of one size. A round may straddle two permutations and may then hold an image twice. Any round can be asked
 * for directly; going forward is cheapest.
 */
export class BatchStream {
  readonly #training: Uint32Array;
  readonly #batchSize: number;
  readonly #seed: number;
  readonly #stream: string | null;
  /** The last two permutations used, the newest last: a straddling round needs both. */
  #permutations: { readonly pass: number; readonly indices: Uint32Array }[] = [];

  /**
   * @throws LetheError CONFIG_INVALID when the only stream has fewer images than a round
   */
  constructor({ training, batchSize, seed, stream = null }: BatchStreamOptions) {
    const isTooLarge = stream === null && batchSize > training.length;
    if (!Number.isInteger(batchSize) || batchSize < 1 || training.length === 0 || isTooLarge) {
      const message = `batch size: expected 1 to ${training.length} (the images that are trained on), found ${batchSize}`;
      throw new LetheError('CONFIG_INVALID', message, { details: { batchSize, trainingCount: training.length } });
    }
    this.#training = training.slice();
    this.#batchSize = batchSize;
    this.#seed = seed;
    this.#stream = stream;
  }

  /** The training-set indices of round 0, 1, 2 ... in order, a new array of `batchSize`. */
  round(round: number): Uint32Array {
    if (!Number.isSafeInteger(round) || round < 0) throw new RangeError(`round: expected a whole number from 0, found ${round}`);
    const start = round * this.#batchSize;
    const indices = new Uint32Array(this.#batchSize);
    for (let filled = 0; filled < indices.length;) {
      const pass = Math.floor((start + filled) / this.#training.length);
      const offset = start + filled - pass * this.#training.length;
      const part = this.#permutation(pass).subarray(offset, offset + indices.length - filled);
      indices.set(part, filled);
      filled += part.length;
    }
    return indices;
  }

  #permutation(pass: number): Uint32Array {
    const cached = this.#permutations.find((permutation) => permutation.pass === pass);
    if (cached !== undefined) return cached.indices;
    const name = this.#stream === null ? pass : JSON.stringify([this.#stream, pass]);
    const indices = shuffle(this.#training.slice(), seededGenerator('batches', this.#seed, name));
    this.#permutations = [...this.#permutations.slice(-1), { pass, indices }];
    return indices;
  }
}

/** Shard s of a round: its s-th consecutive part (a view, not a copy). */
export function shardIndices(roundIndices: Uint32Array, shard: number, shards: number): Uint32Array {
  const length = roundIndices.length / shards;
  if (!Number.isInteger(length)) throw new RangeError(`a round of ${roundIndices.length} images does not divide into ${shards} shards`);
  const isShard = Number.isInteger(shard) && shard >= 0 && shard < shards;
  if (!isShard) throw new RangeError(`shard: expected 0 to ${shards - 1}, found ${shard}`);
  return roundIndices.subarray(shard * length, (shard + 1) * length);
}

/**
 * The number of whole rounds in a number of epochs, `floor(epochs * trainingCount / batchSize)`, but at least 1. The rest of the
 * last permutation is the start of the next round, if there is one.
 */
export function roundsOfEpochs(options: { epochs: number; trainingCount: number; batchSize: number }): number {
  const { epochs, trainingCount, batchSize } = options;
  return Math.max(1, Math.floor((epochs * trainingCount) / batchSize));
}

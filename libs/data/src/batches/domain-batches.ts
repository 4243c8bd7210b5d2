import { LetheError } from '@lethe/errors';
import { BatchStream } from './batch-stream.js';

export interface DomainBatchesOptions {
  /** Indices into the training set, those that are held out left out. */
  readonly training: Uint32Array;
  /** Domain of every example of the training set. */
  readonly domains: Uint8Array;
  readonly batchSize: number;
  readonly shards: number;
  readonly seed: number;
}

/**
 * Rounds with as many examples of each domain as of any other, in every shard: its examples come domain by domain, in the
 * domains' order. Each domain has a stream of its own, so that small ones come round more often.
 */
export class DomainBatches {
  readonly #streams: readonly BatchStream[];
  readonly #batchSize: number;
  readonly #shards: number;

  /** @throws LetheError CONFIG_INVALID when the shards cannot have equal parts of all domains */
  constructor({ training, domains, batchSize, shards, seed }: DomainBatchesOptions) {
    const present = [...new Set(training.map((index) => domains[index] ?? 0))].sort((a, b) => a - b);
    if (batchSize % (shards * present.length) !== 0) {
      const message = `batch size: expected a multiple of ${shards} shards times ${present.length} domains, found ${batchSize}`;
      throw new LetheError('CONFIG_INVALID', message, { details: { batchSize, shards, domains: present.length } });
    }
    this.#batchSize = batchSize;
    this.#shards = shards;
    this.#streams = present.map((domain) => new BatchStream({
      training: training.filter((index) => domains[index] === domain), batchSize: batchSize / present.length, seed, stream: `domain ${domain}`,
    }));
  }

  /** The training-set indices of a round, [batchSize], shard after shard. */
  round(round: number): Uint32Array {
    const parts = this.#streams.map((stream) => stream.round(round));
    const indices = new Uint32Array(this.#batchSize);
    let filled = 0;
    for (let shard = 0; shard < this.#shards; shard += 1) {
      for (const part of parts) {
        const share = part.length / this.#shards;
        indices.set(part.subarray(shard * share, (shard + 1) * share), filled);
        filled += share;
      }
    }
    return indices;
  }
}

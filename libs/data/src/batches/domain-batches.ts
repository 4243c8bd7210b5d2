import type { DataConfig, RunConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { DataSource } from '../model/dataset.js';
import { balancedTraining } from './balanced-training.js';
import { BatchStream } from './batch-stream.js';

export interface DomainBatchesOptions {
  /** Indices into the training set, without those that are held out. */
  readonly training: Uint32Array;
  /** Domain of every example of the training set. */
  readonly domains: Uint32Array;
  readonly batchSize: number;
  readonly shards: number;
  readonly seed: number;
  /** Where a round sees several batches: names those of one phase, whose order is then its own. Null: a round has one batch. */
  readonly stream?: string | null;
}

/**
 * Rounds with the same number of examples of each domain in every shard: a shard's examples come domain by domain, in the
 * domains' order. Each domain has a stream of its own, so that the examples of small domains come more often.
 */
export class DomainBatches {
  readonly #streams: readonly BatchStream[];
  readonly #batchSize: number;
  readonly #shards: number;

  /** @throws LetheError CONFIG_INVALID when shards cannot have the same number of examples of all domains */
  constructor({ training, domains, batchSize, shards, seed, stream = null }: DomainBatchesOptions) {
    const present = [...new Set(training.map((index) => domains[index] ?? 0))].sort((a, b) => a - b);
    if (batchSize % (shards * present.length) !== 0) {
      const message = `batch size: expected a multiple of ${shards} shards times ${present.length} domains, found ${batchSize}`;
      throw new LetheError('CONFIG_INVALID', message, { details: { batchSize, shards, domains: present.length } });
    }
    this.#batchSize = batchSize;
    this.#shards = shards;
    this.#streams = present.map((domain) => new BatchStream({
      training: training.filter((index) => domains[index] === domain),
      batchSize: batchSize / present.length, seed, stream: `${stream === null ? '' : `${stream}, `}domain ${domain}`,
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

/** The settings of a run that say what its rounds are made of. */
type BatchSettings = Pick<RunConfig, 'batchSize' | 'shards' | 'seed'> & { readonly data: Pick<DataConfig, 'balance'> };

/**
 * The rounds of a run: balanced over the domains if there are several, else over the attributes that settings name.
 * @param training indices into the training set that may be trained on
 * @param stream where a round sees several batches: names those of one phase, whose order is then its own; null: a round has one batch
 * @throws LetheError CONFIG_INVALID for a batch size that does not fit the data
 */
export function openBatches(
  { batchSize, shards, seed, data: { balance } }: BatchSettings, { facts, train }: DataSource, training: Uint32Array,
  stream: string | null = null,
): BatchStream | DomainBatches {
  if (facts.domains.length === 1) {
    return new BatchStream({ training: balancedTraining(training, balance, { train, seed }), batchSize, seed, stream });
  }
  return new DomainBatches({ training, domains: train.domains, batchSize, shards, seed, stream });
}

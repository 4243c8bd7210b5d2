import type { RunConfig } from '@lethe/config';
import { BatchStream } from './batch-stream.js';
import type { DataSource } from '../dataset.js';
import { DomainBatches } from './domain-batches.js';

/** The rounds of a run: balanced over the domains if there are several to tell apart. @param training indices that may be trained on */
export function openBatches({ batchSize, shards, seed }: Pick<RunConfig, 'batchSize' | 'shards' | 'seed'>, { facts, train }: DataSource, training: Uint32Array): BatchStream | DomainBatches {
  if (facts.domains.length === 1) return new BatchStream({ training, batchSize, seed });
  return new DomainBatches({ training, domains: train.domains, batchSize, shards, seed });
}

import type { RunConfig } from '@lethe/config';
import { trialKey, type PlannedTrial } from '../sweep/plan-trials.js';

/** What is compared: learning from the sources alone, carrying over to the target, and learning from the target itself. */
export const KINDS = ['sources', 'adaptation', 'target'] as const;
export type Kind = (typeof KINDS)[number];

/** A run of each kind from each seed. */
export function planComparison(config: RunConfig, seeds: readonly number[]): PlannedTrial[] {
  const { domains } = config.data;
  if (domains === null) throw new TypeError('only domains can be compared');
  return seeds.flatMap((seed) => KINDS.map((training): PlannedTrial => {
    const trial = { ...config, seed, data: { ...config.data, domains: { ...domains, training } } };
    return { key: trialKey(trial), values: { training, seed }, config: trial };
  }));
}

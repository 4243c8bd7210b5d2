import { checkConfigAgainstData, type RunConfig } from '@lethe/config';
import { openData, MISSING, type DataSource } from '@lethe/data';
import { trialKey, type PlannedTrial } from '../trial.js';

/** What is compared: learning from the sources alone, carrying over to the target, and learning from the target itself. */
export const KINDS = ['sources', 'adaptation', 'target'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * A run of each kind from each seed, after a look at the data: what is wrong with it, or with the settings for it, is found
 * before anything starts. Rounds have as many examples of a domain in all kinds of runs. A target without any label to score
 * by has no ceiling.
 * @throws LetheError DATA_MISSING, DATA_INVALID, CONFIG_INVALID
 */
export async function planComparison(config: RunConfig, seeds: readonly number[]): Promise<PlannedTrial[]> {
  const adapting = ofKind(config, 'adaptation');
  const data = await openData(adapting.data, config.seed);
  checkConfigAgainstData(adapting, data.facts);
  const kinds = KINDS.filter((kind) => kind !== 'target' || hasScoredTarget(data));
  const ofEach = config.batchSize / data.facts.domains.length;
  const domainsOf: Readonly<Record<Kind, number>> = {
    sources: data.facts.domains.length - 1,
    adaptation: data.facts.domains.length,
    target: 1,
  };
  return seeds.flatMap((seed) =>
    kinds.map((kind): PlannedTrial => {
      const trial = { ...ofKind(config, kind), seed, batchSize: ofEach * domainsOf[kind] };
      return { key: trialKey(trial), values: { training: kind, seed }, config: trial };
    }),
  );
}

function ofKind(config: RunConfig, training: Kind): RunConfig {
  const { domains } = config.data;
  if (domains === null) throw new TypeError('only domains can be compared');
  return { ...config, data: { ...config.data, domains: { ...domains, training } } };
}

function hasScoredTarget({ facts, test }: DataSource): boolean {
  const target = facts.domains.length - 1;
  return test.labels.some((label, example) => label !== MISSING && test.domains[example] === target);
}

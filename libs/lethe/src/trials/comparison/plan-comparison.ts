import { checkConfigAgainstData, fitToData, type CompiledConfig, type RunConfig } from '@lethe/config';
import { MISSING, type DataSource } from '@lethe/data';
import { openNewRunData, openRunData, type DataOpening } from '../../run/run-data.js';
import { trialKey, type PlannedTrial, type PlannedTrials } from '../trial.js';

/** What is compared: learning from the sources alone, carrying over to the target, and learning from the target itself. */
export const KINDS = ['sources', 'adaptation', 'target'] as const;
export type Kind = (typeof KINDS)[number];

/** A run from the sources or the target alone has its part of a batch, of which each shard needs two examples to normalise. */
const NEEDS = { leastOfEach: 2 };

/**
 * A run of each kind from each seed, after a look at the data: what is wrong with it, or with the settings for it, is found
 * before anything starts. Rounds have as many examples of a domain in all kinds of runs. A target without any label to score
 * by has no ceiling.
 * @throws LetheError DATA_MISSING, DATA_INVALID, CONFIG_INVALID
 */
export async function planComparison(
  compiled: CompiledConfig, seeds: readonly number[], opening: DataOpening,
): Promise<PlannedTrials> {
  const adapting = ofKind(compiled.config, 'adaptation');
  const data = await openNewRunData(adapting, opening);
  const { config, notices } = fitToData({ ...compiled, config: adapting }, data.facts, NEEDS);
  const kinds = KINDS.filter((kind) => kind !== 'target' || hasScoredTarget(data));
  // Batches are shared out over those that have training examples.
  const present = data.facts.domains.filter(({ trainCount }) => trainCount > 0).map(({ name }) => name);
  const ofEach = config.batchSize / present.length;
  const domainsOf: Readonly<Record<Kind, number>> = {
    sources: present.filter((name) => name !== config.data.domains?.target).length,
    adaptation: present.length,
    target: 1,
  };
  if (kinds.includes('target') && config.data.heldOut > 0) {
    const alone = { ...ofKind(config, 'target'), batchSize: ofEach };
    // The target has labels of its own, perhaps fewer, of which some are to be held out.
    checkConfigAgainstData(alone, (await openRunData(alone, { cacheFolder: opening.cacheFolder })).facts, compiled.origins);
  }
  const trials = seeds.flatMap((seed) =>
    kinds.map((kind): PlannedTrial => {
      const trial = { ...ofKind(config, kind), seed, batchSize: ofEach * domainsOf[kind] };
      return { key: trialKey(trial), values: { training: kind, seed }, config: trial };
    }),
  );
  return { trials, notices };
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

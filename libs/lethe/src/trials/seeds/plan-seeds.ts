import { checkConfigAgainstData, type RunConfig } from '@lethe/config';
import { openData } from '@lethe/data';
import { trialKey, type PlannedTrial } from '../trial.js';

/**
 * A run from each seed, after a look at the data: what is wrong with it, or with the settings for it, is found before anything starts.
 * @throws LetheError DATA_MISSING, DATA_INVALID, CONFIG_INVALID
 */
export async function planSeeds(config: RunConfig, seeds: readonly number[]): Promise<PlannedTrial[]> {
  const { facts } = await openData(config.data, config.seed);
  checkConfigAgainstData(config, facts);
  return seeds.map((seed): PlannedTrial => {
    const trial = { ...config, seed };
    return { key: trialKey(trial), values: { seed }, config: trial };
  });
}

import { fitToData, type CompiledConfig } from '@lethe/config';
import { openNewRunData, type DataOpening } from '../../run/run-data.js';
import { trialKey, type PlannedTrials } from '../trial.js';

/**
 * A run from each seed, after a look at the data: what is wrong with it, or with the settings for it, is found before anything starts.
 * @throws LetheError DATA_MISSING, DATA_INVALID, CONFIG_INVALID
 */
export async function planSeeds(compiled: CompiledConfig, seeds: readonly number[], opening: DataOpening): Promise<PlannedTrials> {
  const { facts } = await openNewRunData(compiled.config, opening);
  const { config, notices } = fitToData(compiled, facts);
  const trials = seeds.map((seed) => {
    const trial = { ...config, seed };
    return { key: trialKey(trial), values: { seed }, config: trial };
  });
  return { trials, notices };
}

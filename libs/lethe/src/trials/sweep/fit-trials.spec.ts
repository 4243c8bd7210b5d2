import { configLayer } from '@lethe/config';
import { makeIdxFolder, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { configOfLayers } from '../../run-config.js';
import { trialKey } from '../trial.js';
import { fitTrials } from './fit-trials.js';
import type { SweepTrial } from './plan-sweep.js';

afterAll(removeFolders);

function planned(folder: string, values: Readonly<Record<string, unknown>>): SweepTrial {
  const layers = [configLayer({ data: { kind: 'idx', folder } }, 'base.json'), configLayer(values, 'list.json')];
  const { config, origins } = configOfLayers(layers, { cores: 2, gpus: 0, engine: 'native' });
  return { key: trialKey(config), values: {}, config, origins };
}

const NOT_KEPT = { cacheFolder: null };

describe('the trials of a sweep', () => {
  it('are fitted to their data, which is said once', async () => {
    const folder = await makeIdxFolder();
    const wanted = [planned(folder, {}), planned(folder, { objective: { beta: 0.5 } }), planned(folder, {})];
    const { trials, notices } = await fitTrials(wanted, NOT_KEPT);
    expect(trials.map(({ config: { data, batchSize, shards } }) => [data.heldOut, batchSize, shards])).toEqual([[2, 8, 4], [2, 8, 4]]);
    expect(notices).toEqual([
      "--held-out 2 instead of the recipe's 5,000: the data has 12 training examples",
      "--batch-size 8 instead of the recipe's 256: 10 training examples to train on",
    ]);
    expect(trials.map(({ key, config }) => key === trialKey(config))).toEqual([true, true]);
  });

  it('are refused together with all that does not fit', async () => {
    const folder = await makeIdxFolder();
    await expect(fitTrials([planned(folder, { batchSize: 64 }), planned(folder, { data: { heldOut: 12 } })], NOT_KEPT)).rejects.toThrow([
      '2 problems:',
      '  batchSize in list.json: expected at most the 10 examples that are trained on, such as 8, found 64',
      '  data.heldOut in list.json: expected fewer than the 12 training examples with a label, such as 2, found 12',
    ].join('\n'));
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configLayer, type CompiledConfig } from '@lethe/config';
import { makeFolder, removeFolders } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOfLayers } from '../../run-config.js';
import { planComparison } from './plan-comparison.js';

let folder: string;
beforeAll(async () => {
  folder = await makeFolder();
  const rows = Array.from({ length: 70 }, (_, row) => `site${row % 7},${row % 2 === 0 ? 'low' : 'high'},${row}`);
  await writeFile(join(folder, 'table.csv'), ['domain,label,size', ...rows].join('\n'));
});
afterAll(removeFolders);

function compiled(values: Readonly<Record<string, unknown>>): CompiledConfig {
  const said = { recipe: 'own-table', data: { folder, domains: { target: 'site6' } } };
  return configOfLayers([configLayer(said, 'said.json'), configLayer(values, 'sizes.json')], { cores: 2, gpus: 0, engine: 'native' });
}

const NOT_KEPT = { cacheFolder: null };

describe('the runs of a comparison', () => {
  it('share the recipe\'s batch out to any number of domains', async () => {
    const { trials, notices } = await planComparison(compiled({}), [1], NOT_KEPT);
    expect(trials.map(({ values, config }) => [values['training'], config.batchSize])).toEqual([
      ['sources', 78], ['adaptation', 91], ['target', 13],
    ]);
    expect(notices).toEqual(["--batch-size 91 instead of the recipe's 96: equal parts of 7 domains in 1 shard"]);
  });

  it('are refused before they begin where one of them could not be played', async () => {
    await expect(planComparison(compiled({ batchSize: 7 }), [1], NOT_KEPT)).rejects.toThrow(
      /^batchSize in sizes\.json: expected a multiple of 7 from 14 on .* such as 14, found 7$/,
    );
    // The sources have thirty labels to hold out of, the target six.
    await expect(planComparison(compiled({ data: { heldOut: 6 } }), [1], NOT_KEPT)).rejects.toThrow(
      /^data\.heldOut in sizes\.json: expected fewer than the 6 training examples with a label, such as 1, found 6$/,
    );
  });
});

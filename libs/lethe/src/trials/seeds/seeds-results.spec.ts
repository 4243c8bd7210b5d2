import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig, type RunConfig } from '@lethe/config';
import type { Trial } from '../trial.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrialsFolder } from '../trials-folder.js';
import { writeSeeds } from './seeds-results.js';

function config(cluster: object, shards = 8): RunConfig {
  return mergeConfig({ cores: 16, gpus: 0, engine: 'native' }, [{ source: 'flags', values: { cluster, shards }, label: (path) => path }])
    .config;
}

function run(seed: number, figures: Record<string, number>, state: Trial['state'] = 'completed'): Trial {
  return {
    name: String(seed).padStart(3, '0'),
    key: '',
    values: { seed },
    epochs: 1,
    state,
    attempts: 1,
    figures,
    message: state === 'failed' ? 'no data' : '',
  };
}

describe('runs from several seeds', () => {
  describe('in their folder', () => {
    let below: string;
    beforeEach(async () => { below = await mkdtemp(join(tmpdir(), 'lethe-seeds-')); });
    afterEach(() => rm(below, { recursive: true, force: true }));

    it('are shown in one table and on one page: final figures, probes, the course of each, and which run is missing', async () => {
      const folder = await TrialsFolder.create(join(below, 'seeds'));
      const state = { kind: 'seeds', trialsAtOnce: 1, halving: null, best: null } as const;
      await folder.begin([1, 2, 3].map((seed) => ({ key: String(seed), values: { seed }, config: { ...config({}), seed } })), state);
      for (const [trial, accuracy, state] of [['001', 0.2, 'completed'], ['002', 0.4, 'completed']] as const) {
        await mkdir(folder.runFolder(trial));
        await writeFile(
          join(folder.runFolder(trial), 'metrics.jsonl'),
          `{"kind":"epoch","epoch":1,"round":2,"held_out/classifier_loss":${accuracy}}\n` +
          `{"kind":"epoch","epoch":2,"round":4,"held_out/classifier_loss":null}\n`,
        );
        await writeFile(
          join(folder.runFolder(trial), 'summary.json'),
          JSON.stringify({ ending: state, rounds: 4, wall_seconds: 1.25, test: { classifier_loss: Number.NaN } }),
        );
        const latent = { input: 'latent', labels: 'true', probe: 'mlp', seeds: [{ seed: 1, figures: { accuracy, scored: 40 } }] };
        await writeFile(
          join(folder.runFolder(trial), 'evaluation.json'),
          JSON.stringify({
            kind: 'forgetting',
            examples: { tested: 40 },
            chance: 0.708,
            probes: [latent],
            swap: { off_diagonal: 1 },
            reconstruction: { mean: 0.5 },
            style: { slant_correlation: 1, thickness_correlation: 1 },
          }),
        );
      }
      const [first, second] = (await folder.read()).trials as readonly [Trial, Trial];
      const { tables, notes } = await writeSeeds(
        folder,
        [{ ...first, state: 'completed' }, { ...second, state: 'completed' }, run(3, { epochs: 1 }, 'failed')],
        below,
      );
      const [[head, ...rows] = []] = tables;
      expect(head).toEqual(['figure', 'mean', 'deviation', '95 %', 'seed 1', 'seed 2', 'seed 3']);
      expect(rows.slice(0, 1)).toEqual([['probe_mlp', '0.3000', '±0.1414', '0.184 to 0.451', '0.2000', '0.4000', '']]);
      expect(rows.find(([figure]) => figure === 'classifier_loss')).toEqual(['classifier_loss', 'NaN', '±NaN', '', 'NaN', 'NaN', '']);
      expect(notes).toEqual([
        '95 %: what other test examples than these 40 could have given; ± is over the seeds; '
        + 'always naming the most frequent class reads 0.708',
        'seed 3 is not in the means: failed (no data)',
        'each run has a folder of its own, like seeds/trials/001',
        'seeds/report.html',
      ]);
      const page = await readFile(join(folder.folder, 'report.html'), 'utf8');
      for (const text of [
        'probe_mlp', '<a href="trials/002/report.html">seed 2: completed</a>', '<li>seed 3: failed (trials/003)</li>',
        'held_out/classifier_loss of each run',
      ])
        expect(page).toContain(text);
      expect(page).toMatch(/<svg[^]*seed 1[^]*seed 2/);
    });
  });
});

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig, type RunConfig } from '@lethe/config';
import type { Trial } from '../trial.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrialsFolder } from '../trials-folder.js';
import { seedStatistics } from './seeds-statistics.js';
import { writeSeeds } from './seeds-results.js';
import { shareMachine, type MachineShare } from '../share-machine.js';

function config(cluster: object, shards = 8): RunConfig {
  return mergeConfig({ cores: 16, gpus: 0, engine: 'native' }, [{ source: 'flags', values: { cluster, shards }, label: (path) => path }]).config;
}

function run(seed: number, figures: Record<string, number>, state: Trial['state'] = 'completed'): Trial {
  return { name: String(seed).padStart(3, '0'), key: '', values: { seed }, epochs: 1, state, attempts: 1, figures, message: state === 'failed' ? 'no data' : '' };
}

describe('runs from several seeds', () => {
  it('share the machine: side by side with fewer workers each, or as many as fit with those that were asked for', () => {
    const numbers = ({ atOnce, workers }: MachineShare): number[] => [atOnce, workers];
    const machine = { cores: 16, gpus: 0, engine: 'native' } as const;
    const share = (found: RunConfig, runs: number, saysWorkers: boolean): number[] => numbers(shareMachine(found, machine, { runs, saysWorkers }));
    expect(share(config({}), 3, false)).toEqual([3, 2]);
    expect(share(config({}), 20, false)).toEqual([8, 1]);
    expect(share(config({}, 2), 2, false)).toEqual([2, 2]);
    expect(share(config({ workers: 3 }), 5, true)).toEqual([2, 3]);
    expect(share(config({ workers: 40 }), 5, true)).toEqual([1, 40]);
    expect(numbers(shareMachine(config({}), { ...machine, cores: 2 }, { runs: 3, saysWorkers: false }))).toEqual([1, 1]);
    expect(numbers(shareMachine(config({ engine: 'native' }), { ...machine, gpus: 4 }, { runs: 3, saysWorkers: false }))).toEqual([3, 1]);
  });

  it('have means and sample deviations over those that completed; what is not finite makes no mean that is', () => {
    const statistics = seedStatistics([run(4, { swap: 0.5, rounds: 8 }), run(2, { swap: 0.7, rounds: 8 }), run(3, { swap: 0.9 }, 'stopped'), run(9, { swap: 9 }, 'failed')], ['rounds', 'swap', 'unknown']);
    expect(statistics).toEqual([
      { figure: 'rounds', seeds: [4, 2], values: [8, 8], mean: 8, deviation: 0 },
      { figure: 'swap', seeds: [4, 2], values: [0.5, 0.7], mean: expect.closeTo(0.6, 12) as number, deviation: expect.closeTo(Math.sqrt(0.02), 12) as number },
    ]);
    expect(seedStatistics([run(1, { swap: Number.NaN }), run(2, { swap: 1 })], ['swap'])[0]).toMatchObject({ mean: Number.NaN, deviation: Number.NaN });
    expect(seedStatistics([run(1, { swap: 1 })], ['swap'])[0]).toMatchObject({ mean: 1, deviation: null });
  });

  describe('in their folder', () => {
    let below: string;
    beforeEach(async () => { below = await mkdtemp(join(tmpdir(), 'lethe-seeds-')); });
    afterEach(() => rm(below, { recursive: true, force: true }));

    it('are told in one table and on one page: final figures, probes, the course of each, and which run is missing', async () => {
      const folder = await TrialsFolder.create(join(below, 'seeds'));
      const state = { kind: 'seeds', trialsAtOnce: 1, halving: null, best: null } as const;
      await folder.begin([1, 2, 3].map((seed) => ({ key: String(seed), values: { seed }, config: { ...config({}), seed } })), state);
      for (const [trial, accuracy, state] of [['001', 0.2, 'completed'], ['002', 0.4, 'completed']] as const) {
        await mkdir(folder.runFolder(trial));
        await writeFile(join(folder.runFolder(trial), 'metrics.jsonl'), `{"kind":"epoch","epoch":1,"round":2,"held_out/classifier_loss":${accuracy}}\n{"kind":"epoch","epoch":2,"round":4,"held_out/classifier_loss":null}\n`);
        await writeFile(join(folder.runFolder(trial), 'summary.json'), JSON.stringify({ ending: state, rounds: 4, wall_seconds: 1.25, test: { classifier_loss: Number.NaN } }));
        const latent = { input: 'latent', labels: 'true', probe: 'mlp', seeds: [{ seed: 1, figures: { accuracy } }] };
        await writeFile(join(folder.runFolder(trial), 'evaluation.json'), JSON.stringify({ kind: 'forgetting', probes: [latent], swap: { off_diagonal: 1 }, reconstruction: { mean: 0.5 }, style: { slant_correlation: 1, thickness_correlation: 1 } }));
      }
      const [first, second] = (await folder.read()).trials as readonly [Trial, Trial];
      const { tables, notes } = await writeSeeds(folder, [{ ...first, state: 'completed' }, { ...second, state: 'completed' }, run(3, { epochs: 1 }, 'failed')], below);
      const [[head, ...rows] = []] = tables;
      expect(head).toEqual(['figure', 'mean', 'deviation', 'seed 1', 'seed 2', 'seed 3']);
      expect(rows.slice(0, 1)).toEqual([['probe_mlp', '0.3000', '±0.1414', '0.2000', '0.4000', '']]);
      expect(rows.find(([figure]) => figure === 'classifier_loss')).toEqual(['classifier_loss', 'NaN', '±NaN', 'NaN', 'NaN', '']);
      expect(notes).toEqual(['seed 3 is not in the means: failed (no data)', 'each run has a folder of its own, like seeds/trials/001', 'seeds/report.html']);
      const page = await readFile(join(folder.folder, 'report.html'), 'utf8');
      for (const text of ['probe_mlp', '<a href="trials/002/report.html">seed 2: completed</a>', '<li>seed 3: failed (trials/003)</li>', 'held_out/classifier_loss of each run']) expect(page).toContain(text);
      expect(page).toMatch(/<svg[^]*seed 1[^]*seed 2/);
    });
  });
});

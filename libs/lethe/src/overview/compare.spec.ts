import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig, savedConfigJson } from '@lethe/config';
import { RunFolder } from '@lethe/run-folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from './compare.js';

let runsFolder: string;
beforeEach(async () => { runsFolder = await mkdtemp(join(tmpdir(), 'lethe-compare-')); });
afterEach(() => rm(runsFolder, { recursive: true, force: true }));

/** What a run of recipe `quick` came to whose own classifier reads this share of the labels. */
const summaryOf = (accuracy: number, data = 'd1'): object => ({
  ending: 'completed', rounds: 2, wall_seconds: 5, test: { reconstruction_mse: 0.25, classifier_accuracy: accuracy }, test_examples: 1000,
  data_fingerprint: data, engines: ['native 1'],
});

async function made(name: string, values: Readonly<Record<string, unknown>>, summary: object | null): Promise<void> {
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
    { source: 'flags', values: { recipe: 'quick', rounds: 2, ...values }, label: (path) => path },
  ]);
  const run = await RunFolder.create({ runsFolder, name, configJson: savedConfigJson(config) });
  const lines = [1, 2].map((round) => JSON.stringify({ kind: 'round', round, reconstruction_mse: config.seed * round }));
  await writeFile(join(run.folder, 'metrics.jsonl'), `${lines.join('\n')}\n`);
  if (summary !== null) await run.writeSummary(summary);
  await run.close();
}

const compared = (...names: string[]): ReturnType<typeof compare> => compare(names, { runsDir: runsFolder, folder: runsFolder });

describe('compared runs', () => {
  it('differ in settings, curves and measures, which intervals tell apart', async () => {
    await made('a', { seed: 1 }, summaryOf(0.5));
    await made('b', { seed: 2, objective: { beta: 0.7 } }, summaryOf(0.6));
    await made('c', { seed: 3, batchSize: 64 }, summaryOf(0.51));
    const { runs, settings, curves, measures, notes } = await compared('a', 'b', 'c');
    expect(runs.map(({ name, data, engines, version }) => [name, data, engines, version])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, 'd1', ['native 1'], null]),
    );
    expect(settings.map(({ path, values, origin }) => [path, values, origin])).toEqual([
      ['seed', [1, 2, 3], 'chosen'], ['objective.beta', [0.05, 0.7, 0.05], 'chosen'], ['batchSize', [256, 256, 64], 'chosen'],
    ]);
    expect(curves).toEqual([{
      figure: 'reconstruction_mse', of: 'rounds', smoothed: 1, final: [2, 4, 6],
      crossings: [{ round: null, lower: 'first' }, { round: null, lower: 'first' }],
    }]);
    expect(measures.find(({ figure }) => figure === 'classifier_accuracy')).toMatchObject({
      values: [0.5, 0.6, 0.51], apart: [true, false], intervals: Array(3).fill([expect.any(Number), expect.any(Number)]) as unknown,
    });
    const error = measures.find(({ figure }) => figure === 'reconstruction_mse');
    expect(error).toMatchObject({ intervals: [null, null, null], apart: [null, null] });
    expect(notes).toEqual(['a', 'b', 'c'].map((name) => `${name} has not been measured: npx lethe evaluate ${name} does it`));
  });

  it('of other data, of other games and that are not over are compared as far as they can be, which is said', async () => {
    await made('a', { seed: 1 }, summaryOf(0.5));
    await made('b', { seed: 1 }, summaryOf(0.9, 'd2'));
    await made('c', { recipe: 'own-table', data: { folder: '/data', domains: { target: 't' } } }, null);
    expect((await compared('a', 'b')).measures.find(({ figure }) => figure === 'classifier_accuracy')?.apart).toEqual([null]);
    const { notes } = await compared('a', 'b', 'c');
    expect(notes.slice(0, 4)).toEqual([
      'the games differ: a plays forgetting, b plays forgetting, c plays domain-adaptation; figures that all have: none',
      'it is not known what data c learnt from',
      'the data differ: figures are of other examples, and their intervals do not say which run is better',
      'a has not been measured: npx lethe evaluate a does it',
    ]);
    expect(notes).toContain('c has failed: what is known of it is of the rounds that it has played');
  });

  it('are two at least, all there, none twice', async () => {
    await made('a', {}, null);
    await expect(compared('a')).rejects.toThrow('lethe compare: expected two or more runs, found only a');
    await expect(compared('a', './a')).rejects.toThrow('lethe compare: expected two or more runs, found ./a twice');
    await expect(compared('a', 'none')).rejects.toMatchObject({ code: 'RUN_MISSING' });
    await writeFile(join(runsFolder, 'a', 'config.json'), '{"version": 99}');
    await made('b', {}, null);
    await expect(compared('a', 'b')).rejects.toThrow('found version 99, which a newer Lethe wrote');
  });
});

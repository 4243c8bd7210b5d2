import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig, savedConfigJson } from '@lethe/config';
import { RunFolder } from '@lethe/run-folder';
import { openLog } from '@lethe/telemetry/log';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loggingFailure } from '../run/run-log.js';
import type { Trial } from '../trials/trial.js';
import { TrialsFolder } from '../trials/trials-folder.js';
import type { TrialsState } from '../trials/trials-state.js';
import type { ListedRun } from './listed-run.js';
import { runs } from './runs.js';

const SUMMARY = { rounds: 40, wall_seconds: 5, test: { reconstruction_mse: 0.25, classifier_accuracy: null }, test_examples: 100 };
const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [
  { source: 'flags', values: { epochs: 2 }, label: (path) => path },
]);
let runsFolder: string;
beforeEach(async () => { runsFolder = await mkdtemp(join(tmpdir(), 'lethe-runs-')); });
afterEach(() => rm(runsFolder, { recursive: true, force: true }));

/** A run whose process has ended, unless `close` is false: then this one holds it. */
async function made(name: string, { summary = null as object | null, settings = config, close = true } = {}): Promise<string> {
  const run = await RunFolder.create({ runsFolder, name, configJson: savedConfigJson(settings) });
  if (summary !== null) await run.writeSummary(summary);
  if (close) await run.close();
  return run.folder;
}

async function listed(name: string): Promise<ListedRun | undefined> {
  return (await runs({ runsDir: runsFolder })).runs.find((run) => run.name === name);
}

const deadLock = (): string => JSON.stringify({ host: hostname(), processId: 2 ** 22 + 1, started: null });

describe('the state of a run', () => {
  it.each([
    ['completed', 'complete', ''], ['stopped early', 'complete', 'stopped early'], ['interrupted', 'interrupted', ''],
    ['diverged', 'diverged', ''],
  ])('that is %s is %s', async (ending, state, remark) => {
    await made('a', { summary: { ...SUMMARY, ending } });
    expect(await listed('a')).toMatchObject({ state, remark, figures: { reconstruction_mse: 0.25, classifier_accuracy: Number.NaN } });
  });

  it('that a process plays is running, here or on another host, which is believed', async () => {
    await made('here', { close: false });
    await writeFile(join(await made('there'), 'lock'), JSON.stringify({ host: 'elsewhere', processId: 7, started: null }));
    expect(await listed('here')).toMatchObject({ state: 'running', remark: `process ${process.pid} on ${hostname()}` });
    expect(await listed('there')).toMatchObject({ state: 'running', remark: 'process 7 on elsewhere' });
  });

  it('that was killed is interrupted, unless it had been summed up', async () => {
    const [killed, measured] = [await made('killed'), await made('measured')];
    for (const folder of [killed, measured]) await writeFile(join(folder, 'lock'), deadLock());
    await utimes(join(measured, 'lock'), 0, 0);
    await writeFile(join(measured, 'summary.json'), JSON.stringify({ ...SUMMARY, ending: 'completed' }));
    expect(await listed('killed')).toMatchObject({ state: 'interrupted', remark: 'its process was killed' });
    expect(await listed('measured')).toMatchObject({ state: 'complete' });
  });

  it('that ended without a summary, or beyond it, is what its log says', async () => {
    const failing = async (name: string, error: Error): Promise<void> => {
      const folder = await made(name, { summary: { ...SUMMARY, ending: 'interrupted' } });
      await writeFile(join(folder, 'checkpoints', 'round-000041.safetensors'), '');
      const log = openLog({
        file: join(folder, 'logs', 'coordinator.jsonl'), level: 'info', position: { process: 'coordinator', run: name },
        onWarning: () => undefined,
      });
      await loggingFailure(log, () => Promise.reject(error)).catch(() => undefined);
      log.close();
    };
    await failing('lost', new Error('all workers are lost'));
    await failing('stopped', Object.assign(new Error('stopped'), { code: 'INTERRUPTED' }));
    await made('silent');
    expect(await listed('lost')).toMatchObject({ state: 'failed', remark: 'all workers are lost' });
    expect(await listed('stopped')).toMatchObject({ state: 'interrupted' });
    expect(await listed('silent')).toMatchObject({ state: 'failed', remark: '' });
  });
});

describe('how far a run is', () => {
  it('is said in what its length was given in', async () => {
    const lines = [{ kind: 'round', round: 20 }, { kind: 'epoch', epoch: 1, round: 20 }, { kind: 'round', round: 21 }];
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
    await writeFile(join(await made('epochs'), 'metrics.jsonl'), text);
    await writeFile(join(await made('rounds', { settings: { ...config, epochs: null, rounds: 30 } }), 'metrics.jsonl'), text);
    expect((await listed('epochs'))?.played).toEqual({ unit: 'epoch', done: 1, total: 2 });
    expect((await listed('rounds'))?.played).toEqual({ unit: 'round', done: 21, total: 30 });
  });
});

describe('several runs', () => {
  const figures = (error: number): Trial['figures'] => ({ reconstruction_mse: error, target_accuracy: error, wall_seconds: 9 });
  async function several(kind: TrialsState['kind'], values: readonly Trial['values'][], states: readonly Trial['state'][]): Promise<void> {
    const folder = await TrialsFolder.create(join(runsFolder, kind));
    const best = kind === 'sweep' ? { figure: 'reconstruction_mse', better: 'lower' as const } : null;
    const planned = values.map((value, index) => ({ key: String(index), values: value, config }));
    await folder.begin(planned, { kind, trialsAtOnce: 1, halving: null, best });
    const state = await folder.read();
    const trials = state.trials.map((trial, index) => ({ ...trial, state: states[index] ?? 'waiting', figures: figures(index + 1) }));
    await folder.write({ ...state, trials });
  }

  it('are listed with what their best one reached, or with their means', async () => {
    await several('sweep', [{ seed: 1 }, { seed: 2 }, { seed: 3 }], ['diverged', 'completed', 'completed']);
    await several('seeds', [{ seed: 1 }, { seed: 2 }], ['completed', 'completed']);
    await several('comparison', [{ training: 'sources', seed: 1 }, { training: 'adaptation', seed: 1 }], ['completed', 'completed']);
    expect(await listed('sweep')).toMatchObject({
      kind: 'sweep', state: 'complete', remark: '2 completed, 1 diverged', recipe: config.recipe,
      played: { unit: 'run', done: 3, total: 3 }, figures: { reconstruction_mse: 2, target_accuracy: 2 },
    });
    expect(await listed('seeds')).toMatchObject({ state: 'complete', remark: '', figures: { reconstruction_mse: 1.5 } });
    expect(await listed('comparison')).toMatchObject({ figures: { target_accuracy: 2 } });
  });

  it.each([
    [['completed', 'waiting'], 'interrupted', '1 completed, 1 waiting'], [['failed', 'completed'], 'failed', '1 completed, 1 failed'],
    [['diverged', 'diverged'], 'diverged', ''], [['running', 'waiting'], 'interrupted', ''],
  ] as const)('of which %j are %s', async (states, state, remark) => {
    await several('seeds', [{ seed: 1 }, { seed: 2 }], states);
    expect(await listed('seeds')).toMatchObject({ state, remark });
  });
});

describe('a folder of runs', () => {
  it('is listed by time, with what cannot be read and what is none of Lethe\'s by name', async () => {
    for (const name of ['old', 'new', 'cut', 'newer', 'half']) await made(name, { summary: { ...SUMMARY, ending: 'completed' } });
    for (const file of ['config.json', 'summary.json']) await utimes(join(runsFolder, 'old', file), 1, 1);
    await writeFile(join(runsFolder, 'cut', 'config.json'), '{"version": 4');
    await writeFile(join(runsFolder, 'newer', 'config.json'), '{"version": 99}');
    await writeFile(join(runsFolder, 'half', 'evaluation.json'), '{"kind": "forgetting"}');
    await writeFile(join(runsFolder, 'half', 'summary.json'), '{');
    for (const name of ['lost/checkpoints', 'torn/trials', 'photographs', '.hidden'])
      await mkdir(join(runsFolder, name), { recursive: true });
    await writeFile(join(runsFolder, 'notes.txt'), '');
    const found = await runs({ runsDir: runsFolder });
    expect(found.runs.map(({ name }) => name).sort()).toEqual(['half', 'new', 'old']);
    expect(found.runs.at(-1)).toMatchObject({ name: 'old', written: '1970-01-01T00:00:01.000Z' });
    expect(found.runs.find(({ name }) => name === 'half')?.problems).toEqual([
      'summary.json: expected JSON, found something else (cut off or edited?)',
      'summary.json or evaluation.json: expected figures as Lethe writes them, found others',
    ]);
    expect(found.damaged).toEqual([
      { name: 'cut', problem: expect.stringContaining('expected a run with a readable config.json') as unknown },
      { name: 'lost', problem: 'expected config.json beside its checkpoints, found none' },
      { name: 'newer', problem: expect.stringMatching(/^config\.json: expected version \d+ .*, found version 99/) as unknown },
      { name: 'torn', problem: 'expected sweep.json beside its trials, found none' },
    ]);
    expect(found.foreign).toEqual(['photographs']);
  });

  it('that is none is refused with the way out', async () => {
    const run = await made('a');
    await TrialsFolder.create(join(runsFolder, 'b'));
    await writeFile(join(runsFolder, 'b', 'sweep.json'), '{}');
    await expect(runs({ runsDir: join(runsFolder, 'missing') })).rejects.toMatchObject({ code: 'RUN_MISSING' });
    await expect(runs({ runsDir: run })).rejects.toThrow(`found a run (--runs-dir ${runsFolder} lists them)`);
    await expect(runs({ runsDir: join(runsFolder, 'b') })).rejects.toThrow(`(--runs-dir ${join(runsFolder, 'b', 'trials')} lists them)`);
  });
});

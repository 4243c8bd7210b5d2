import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig } from '@lethe/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AS_BEFORE } from '../requests.js';
import { TrialsFolder } from './trials-folder.js';
import { nextStep } from './trial-step.js';

let below: string;
let folder: TrialsFolder;
let trial: string;
const settings = { source: 'flags', values: { cluster: { workers: 2, oversubscribe: true } }, label: (path: string) => path } as const;
const { config } = mergeConfig({ cores: 4, gpus: 0, engine: 'native' }, [settings]);
beforeEach(async () => {
  below = await mkdtemp(join(tmpdir(), 'lethe-trials-'));
  folder = await TrialsFolder.create(join(below, 'sweep'));
  await folder.begin([{ key: 'k', values: {}, config }], {
    kind: 'sweep',
    trialsAtOnce: 1,
    halving: null,
    best: { figure: 'probe_mlp', better: 'lower' },
  });
  trial = folder.runFolder('001');
});
afterEach(() => rm(below, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<void> {
  await mkdir(join(trial, name, '..'), { recursive: true });
  await writeFile(join(trial, name), text);
}

const place = (): string[] => ['--runs-dir', folder.trials];

describe('the next step of a trial', () => {
  it('is to begin it, also where it was killed before it had written down what it is', async () => {
    const begin = { kind: 'train', argv: ['train', '--config', folder.configFile('001'), '--name', '001', ...place(), '--quiet'] };
    expect(await nextStep(folder, '001', AS_BEFORE)).toEqual(begin);
    await mkdir(join(trial, 'checkpoints'), { recursive: true });
    await write('lock', JSON.stringify({ host: hostname(), processId: 2 ** 22 + 1 }));
    expect(await nextStep(folder, '001', AS_BEFORE)).toEqual(begin);
    await expect(readFile(join(trial, 'lock'))).rejects.toThrow('ENOENT');
  });

  it('is to go on with it until it is complete, with its checkpoint or before one', async () => {
    await write('config.json', JSON.stringify(config));
    expect(await nextStep(folder, '001', AS_BEFORE)).toEqual({ kind: 'train', argv: ['train', '--resume', '001', ...place(), '--quiet'] });
    expect(await nextStep(folder, '001', { ...AS_BEFORE, unpackedGiB: 8 })).toEqual({
      kind: 'train',
      argv: ['train', '--resume', '001', ...place(), '--unpacked-gib', '8', '--quiet'],
    });
    await write('summary.json', JSON.stringify({ ending: 'interrupted', rounds: 3, wall_seconds: 1, test: {} }));
    expect(await nextStep(folder, '001', AS_BEFORE)).toMatchObject({
      kind: 'train',
      argv: expect.arrayContaining(['--resume']) as unknown,
    });
  });

  it('is to measure it where that alone is missing, and then none', async () => {
    await write('config.json', JSON.stringify(config));
    await write('summary.json', JSON.stringify({ ending: 'completed', rounds: 3, wall_seconds: 1, test: {} }));
    expect(await nextStep(folder, '001', AS_BEFORE)).toEqual({
      kind: 'evaluate',
      argv: ['evaluate', '001', ...place(), '--workers', '2', '--oversubscribe'],
    });
    expect(await nextStep(folder, '001', { folder: '/moved', unpackedGiB: 2.5 })).toMatchObject({
      argv: ['evaluate', '001', ...place(), '--data-dir', '/moved', '--unpacked-gib', '2.5', '--workers', '2', '--oversubscribe'],
    });
    await write('evaluation.json', JSON.stringify({ kind: 'forgetting', probes: [] }));
    expect(await nextStep(folder, '001', AS_BEFORE)).toEqual({ kind: 'none' });
  });

  it('is to wait for the process that plays it, and refused while one on another host may', async () => {
    await write('config.json', JSON.stringify(config));
    await write('lock', JSON.stringify({ host: hostname(), processId: process.pid, started: null }));
    expect(await nextStep(folder, '001', AS_BEFORE)).toEqual({ kind: 'wait', processId: process.pid });
    await rm(join(trial, 'config.json'));
    await write('lock', JSON.stringify({ host: 'elsewhere', processId: 1, started: null }));
    await expect(nextStep(folder, '001', AS_BEFORE)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
  });

  it('removes nothing that holds a checkpoint', async () => {
    await write('checkpoints/round-000004.safetensors', 'weights');
    await expect(nextStep(folder, '001', AS_BEFORE)).rejects.toThrow(/expected config.json beside its checkpoints/);
    expect(await readFile(join(trial, 'checkpoints/round-000004.safetensors'), 'utf8')).toBe('weights');
  });

  it('removes nothing where nobody can tell whether there is one', async () => {
    await write('checkpoints', 'no folder');
    await expect(nextStep(folder, '001', AS_BEFORE)).rejects.toMatchObject({ code: 'CHECKPOINT_INVALID' });
    expect(await readFile(join(trial, 'checkpoints'), 'utf8')).toBe('no folder');
  });
});

describe('the settings of a trial', () => {
  it('are named where they cannot be read', async () => {
    await writeFile(folder.configFile('001'), '{"seed": 1');
    await expect(folder.config('001')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('configs/001.json: expected what a sweep wrote there') as string,
    });
  });
});

describe('the figures of a trial', () => {
  it('that were not finite are read back as such, not as 0', async () => {
    await write('metrics.jsonl', '{"kind":"epoch","epoch":1,"round":2,"held_out/reconstruction_mse":null}\n{"kind":"epoch","epoch":2,"rou');
    expect(await folder.epochs('001')).toEqual([{ epoch: 1, figures: { 'held_out/reconstruction_mse': Number.NaN } }]);
    await write('summary.json', JSON.stringify({ ending: 'completed', rounds: 3, wall_seconds: 1, test: { classifier_loss: Number.NaN } }));
    const latent = {
      input: 'latent',
      labels: 'true',
      probe: 'mlp',
      seeds: [
        { seed: 1, figures: { accuracy: 0.2 } },
        { seed: 2, figures: { accuracy: Number.NaN } },
      ],
    };
    await write(
      'evaluation.json',
      JSON.stringify({
        kind: 'forgetting',
        probes: [latent],
        swap: { off_diagonal: Number.NaN },
        reconstruction: { mean: 0.5 },
        style: { slant_correlation: 1, thickness_correlation: Number.NaN },
      }),
    );
    const figures = {
      rounds: 3,
      wall_seconds: 1,
      classifier_loss: Number.NaN,
      probe_mlp: Number.NaN,
      probe_best: Number.NaN,
      swap: Number.NaN,
      reconstruction_mse: 0.5,
      slant_kept: 1,
      thickness_kept: Number.NaN,
    };
    expect(await folder.figures('001')).toEqual(figures);
    const { trials, ...state } = await folder.read();
    await folder.write({ ...state, trials: trials.map((found) => ({ ...found, figures })) });
    expect((await folder.read()).trials[0]?.figures).toEqual(figures);
  });
});

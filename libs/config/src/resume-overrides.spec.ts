import { describe, expect, it } from 'vitest';
import type { Tree } from './layer.js';
import { configLayer } from './config-file.js';
import { mergeConfig } from './merge-config.js';
import { applyResumeOverrides } from './resume-overrides.js';

const machine = { cores: 2, gpus: 0, engine: 'native' } as const;
const label = (path: string): string => `--${path.split('.').at(-1) ?? ''}`;
const flags = (values: Tree) => ({ source: 'flags', values, label }) as const;
const saved = mergeConfig(machine, [flags({ recipe: 'quick' })]).config;

describe('applyResumeOverrides', () => {
  it('changes nothing by itself', () => {
    expect(applyResumeOverrides(saved, [])).toEqual({ config: saved, warnings: [] });
  });

  it.each<[Tree, Tree]>([
    [
      { cluster: { workers: 3, servers: 2, stallSeconds: 5 } },
      { cluster: { ...saved.cluster, workers: 3, awaitWorkers: 3, servers: 2, stallSeconds: 5 } },
    ],
    [{ epochs: 9 }, { epochs: 9 }],
    [{ rounds: 3000 }, { epochs: null, rounds: 3000 }],
    [{ epochs: 5 }, {}],
    [{ patience: 2 }, { patience: 2 }],
    [
      { data: { reading: { memoryMiB: 64 } } },
      { data: { ...saved.data, reading: { ...saved.data.reading, memoryMiB: 64 } } },
    ],
    [{ grid: false, checkpoints: { keep: 9 } }, { grid: false, checkpoints: { ...saved.checkpoints, keep: 9 } }],
    [{ recipe: 'quick', objective: { beta: 0.05 } }, {}],
  ])('lets %j differ', (values, expected) => {
    expect(applyResumeOverrides(saved, [flags(values)])).toEqual({ config: { ...saved, ...expected }, warnings: [] });
  });

  it.each<[Tree, string]>([
    [{ objective: { beta: 0.1 } }, '--beta: expected 0.05, as the run was started (only a new run can change it), found 0.1'],
    [{ seed: 7 }, '--seed: expected 1, as the run was started'],
    [{ shards: 8 }, '--shards: expected 4, as the run was started'],
    [{ batchSize: 128 }, '--batchSize: expected 256, as the run was started'],
    [{ recipe: 'article' }, '--recipe: expected "quick", as the run was started'],
    [{ monitor: 'classifier_loss' }, '--monitor: expected "reconstruction_mse", as the run was started'],
    [{ objective: { optimizers: { encoder: { kind: 'sgd' } } } }, '--kind: expected "adam", as the run was started'],
    [{ epochs: 3 }, '--epochs: expected at least the 5 epochs that the run was started with, found 3'],
    [{ objective: { beta: -1 } }, '--beta: expected at least 0, found -1'],
    [{ cluster: { workers: 0 } }, '--workers: expected at least 1'],
    [{ extra: 1 }, '--extra: expected a known setting'],
  ])('refuses %j by name', (values, message) => {
    expect(() => applyResumeOverrides(saved, [flags(values)])).toThrow(message);
  });

  it('refuses other columns of the data by name', () => {
    const images = { ...saved, data: { ...saved.data, kind: 'images', folder: '/photos' } };
    const others = flags({ data: { reading: { columns: { ignored: ['a'] } } } });
    expect(() => applyResumeOverrides(images, [others])).toThrow('--ignored: expected [], as the run was started');
  });

  it('takes the whole configuration of the run, lists included, for what it is', () => {
    const domains = mergeConfig(machine, [configLayer({ recipe: 'usps-to-mnist', data: { folder: '/data' } }, 'said.json')]).config;
    const same = configLayer(domains, 'config.json');
    expect(applyResumeOverrides(domains, [same])).toEqual({ config: domains, warnings: [] });
    const other = configLayer({ data: { domains: { from: domains.data.domains?.from.slice(1) } } }, 'more.json');
    expect(() => applyResumeOverrides(domains, [other])).toThrow(
      /data\.domains\.from in more\.json: expected \[.*, as the run was started/,
    );
  });

  it('names everything that differs, in the file too', () => {
    const file = configLayer({ seed: 3, objective: { latentSize: 2 } }, 'more.json');
    expect(() => applyResumeOverrides(saved, [file])).toThrow(
      /seed in more\.json: expected 1.*\n.*objective\.latentSize in more\.json: expected 10/,
    );
  });

  it('warns of what changes the bits', () => {
    expect(
      applyResumeOverrides(saved, [flags({ cluster: { threads: 2 } })]).warnings,
    ).toEqual([expect.stringContaining('cluster.threads')]);
    const schedule = { kind: 'cosine' };
    const cosine = mergeConfig(machine, [flags({ recipe: 'quick', objective: { optimizers: { encoder: { schedule } } } })]).config;
    expect(applyResumeOverrides(cosine, [flags({ epochs: 8 })]).warnings).toEqual([expect.stringContaining('stretched')]);
  });

  it('refuses a configuration that is none', () => {
    expect(() => applyResumeOverrides({}, [])).toThrow('problems:');
  });
});

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCheckpoint, saveCheckpoint } from '@lethe/checkpoint';
import { applyResumeOverrides, mergeConfig, savedConfigJson, type RunConfig, type Tree } from '@lethe/config';
import { openData } from '@lethe/data';
import { RunFolder } from '@lethe/run-folder';
import { describeRun } from '@lethe/graphs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSmallData } from '@lethe/testing';
import { initialGroups } from './initial-state.js';
import { openSavedRun, type SavedRun } from './saved-run.js';

let folder: string;
let data: string;
let run: RunFolder;
let config: RunConfig;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-saved-'));
  data = join(folder, 'data');
  makeSmallData(data);
  ({ config } = mergeConfig({ cores: 1, gpus: 0, engine: 'native' }, [
    flags({ recipe: 'quick', data: { kind: 'idx', folder: data, heldOut: 0 }, batchSize: 16, epochs: 3 }),
  ]));
  const { facts } = await openData(config.data, config.seed);
  const description = describeRun(config, facts);
  run = await RunFolder.create({ runsFolder: folder, name: 'mild', configJson: savedConfigJson(config) });
  await saveCheckpoint({
    onLeft: () => undefined,
    folder: run.checkpoints,
    rounds: 2,
    steps: 0,
    groups: initialGroups(description),
    ...description,
    configJson: savedConfigJson(config),
    dataFingerprint: facts.fingerprint,
    engines: ['native a'],
    codeVersion: '1',
    keep: 1,
    isBest: false,
  });
});
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

function flags(values: Tree): Parameters<typeof applyResumeOverrides>[1][number] {
  return { source: 'flags', values, label: (path) => (path === 'data.folder' ? '--data-dir' : path) };
}

async function open(values: Tree = {}): Promise<SavedRun> {
  return openSavedRun(run, await findCheckpoint(run.checkpoints, 'latest'), {
    override: (saved) => applyResumeOverrides(saved, [flags(values)]), opening: { cacheFolder: null },
  });
}

/** As an editor would change config.json. */
function edit(from: string, to: string): void {
  const file = join(run.folder, 'config.json');
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

describe('a run that is gone on with', () => {
  it('is as it was, and says nothing', async () => {
    const before = readFileSync(join(run.folder, 'config.json'), 'utf8');
    const { description, warnings, remember } = await open();
    expect([description.config, warnings]).toEqual([config, []]);
    await remember((line) => { throw new Error(line); });
    expect(readFileSync(join(run.folder, 'config.json'), 'utf8')).toBe(before);
  });

  it.each([
    [
      '"beta": 0.05',
      '"beta": 0.5',
      'objective.beta in config.json: expected 0.05, as the run was started (only a new run can change it), found 0.5',
    ],
    ['"seed": 1', '"seed": 2', 'seed in config.json: expected 1, as the run was started'],
    ['"latentSize": 10', '"latentSize": 4', 'objective.latentSize in config.json: expected 10, as the run was started'],
    ['"shards": 4', '"shards": 2', 'shards in config.json: expected 4, as the run was started'],
  ])('is refused where config.json was changed from %s to %s', async (from, to, message) => {
    edit(from, to);
    await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) as string });
  });

  it('is as long as it has become, whatever config.json says', async () => {
    edit('"epochs": 3', '"epochs": 2');
    expect((await open()).description.config.epochs).toBe(3);
    const { remember } = await open({ epochs: 7 });
    await remember(() => undefined);
    expect((await open()).description.config.epochs).toBe(7);
  });

  it('gets longer in another unit, but not shorter', async () => {
    const { totalRounds } = (await open()).description;
    expect((await open({ rounds: totalRounds + 1 })).description).toMatchObject({ totalRounds: totalRounds + 1, config: { epochs: null } });
    await expect(open({ rounds: totalRounds - 1 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `the length of the run: expected at least the ${totalRounds} rounds that the run was started with, `
        + `found ${totalRounds - 1} rounds`,
    });
    const { remember } = await open({ rounds: 40 });
    await remember(() => undefined);
    expect((await open({ epochs: 30 })).description.config).toMatchObject({ rounds: null, epochs: 30 });
    await expect(open({ epochs: 1 })).rejects.toThrow('expected at least the 40 rounds that the run was started with, found 1 epochs');
  });

  it('is refused with other data', async () => {
    rmSync(data, { recursive: true });
    makeSmallData(data, { shift: 1 });
    await expect(open()).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringMatching(/mild was trained on other data: expected fingerprint \w+, found \w+ in .*data/) as string,
    });
  });

  it('finds its data where they have been moved to, and remembers the place', async () => {
    const moved = join(folder, 'moved');
    renameSync(data, moved);
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: expect.stringContaining('if the data have been moved, say where to with --data-dir') as string,
    });
    const said: string[] = [];
    await (await open({ data: { folder: moved } })).remember((line) => said.push(line));
    expect(said).toEqual([`mild has its data in ${moved} from now on (config.json)`]);
    expect((await open()).description.config).toEqual({ ...config, data: { ...config.data, folder: moved } });
    makeSmallData(data, { shift: 1 });
    await expect(open({ data: { folder: data } })).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
  });
});

import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveCheckpoint } from '@lethe/checkpoint';
import { mergeConfig, savedConfigJson, type RunConfig } from '@lethe/config';
import { openData } from '@lethe/data';
import { RunFolder } from '@lethe/run-folder';
import type { Trial } from './trial.js';
import { describeRun } from '@lethe/graphs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSmallData } from '@lethe/testing';
import { initialGroups } from '../run/initial-state.js';
import { AS_BEFORE } from '../requests.js';
import { TrialsFolder } from './trials-folder.js';
import { checkTrialData } from './trial-data.js';

let folder: string;
let data: string;
let sweep: TrialsFolder;
let trials: readonly Trial[];

/** A sweep of two trials, of which the first has a checkpoint. */
beforeEach(() => begin());
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });

async function begin(unpackedGiB = 2): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'lethe-trials-'));
  data = join(folder, 'data');
  makeSmallData(data);
  const { config } = mergeConfig({ cores: 1, gpus: 0, engine: 'native' }, [
    { source: 'flags', values: { data: { kind: 'idx', folder: data, heldOut: 0, unpackedGiB }, batchSize: 16 }, label: (path) => path },
  ]);
  sweep = await TrialsFolder.create(join(folder, 'sweep'));
  await sweep.begin(
    [1, 2].map((seed) => ({ key: String(seed), values: { seed }, config: { ...config, seed } })),
    { kind: 'sweep', trialsAtOnce: 1, halving: null, best: null },
  );
  ({ trials } = await sweep.read());
  await beginTrial('001', config);
}

async function beginTrial(name: string, config: RunConfig): Promise<void> {
  const { facts } = await openData({ ...config.data, unpackedGiB: 2 }, config.seed);
  const description = describeRun(config, facts);
  const run = await RunFolder.create({ runsFolder: sweep.trials, name, configJson: savedConfigJson(config) });
  await saveCheckpoint({
    folder: run.checkpoints,
    rounds: 1,
    steps: 0,
    groups: initialGroups(description),
    ...description,
    configJson: savedConfigJson(config),
    dataFingerprint: facts.fingerprint,
    engines: [],
    codeVersion: '1',
    keep: 1,
    isBest: false,
    onLeft: () => undefined,
  });
  await run.close();
}

describe('trials that are still to be begun', () => {
  it('learn from the data that the others have learnt from, wherever they lie now', async () => {
    await checkTrialData(sweep, trials, { data: AS_BEFORE, cacheFolder: null });
    renameSync(data, join(folder, 'moved'));
    await checkTrialData(sweep, trials, { data: { ...AS_BEFORE, folder: join(folder, 'moved') }, cacheFolder: null });
  });

  it('are not begun with other data', async () => {
    rmSync(data, { recursive: true });
    makeSmallData(data, { shift: 1 });
    await expect(checkTrialData(sweep, trials, { data: AS_BEFORE, cacheFolder: null })).rejects.toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_MISMATCH', message: expect.stringContaining('001 was trained on other data') as string }),
    );
  });

  it('are looked at as far as they may be unpacked now', async () => {
    rmSync(folder, { recursive: true });
    await begin(1e-6);
    rmSync(data, { recursive: true });
    makeSmallData(data, { shift: 1 });
    await checkTrialData(sweep, trials, { data: AS_BEFORE, cacheFolder: null });
    const otherwise = { data: { ...AS_BEFORE, unpackedGiB: 1 }, cacheFolder: null };
    await expect(checkTrialData(sweep, trials, otherwise)).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
  });

  it('are not looked at where there are none: who goes on looks itself', async () => {
    rmSync(data, { recursive: true });
    makeSmallData(data, { shift: 1 });
    await checkTrialData(sweep, trials.slice(0, 1), { data: AS_BEFORE, cacheFolder: null });
  });
});

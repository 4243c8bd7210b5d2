import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig } from '@lethe/config';
import type { RunLock } from '@lethe/run-folder';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrialsFolder } from './trials-folder.js';

let below: string;
beforeAll(async () => { below = await mkdtemp(join(tmpdir(), 'lethe-sweeps-')); });
afterAll(() => rm(below, { recursive: true, force: true }));

describe('the folder of a sweep', () => {
  it('is not left behind where its trials cannot be written down: its name is free again', async () => {
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
    const place = join(below, 'sweep');
    const begin = (folder: TrialsFolder): Promise<void> =>
      folder.begin([{ key: 'k', values: {}, config }], { kind: 'sweep', trialsAtOnce: 1, halving: null, best: null });
    const folder = await TrialsFolder.create(place);
    await mkdir(folder.configFile('001'));
    await expect(begin(folder)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(existsSync(place)).toBe(false);
    await begin(await TrialsFolder.create(place));
    expect((await folder.read()).trials).toHaveLength(1);
  });

  it('is played by one process, or by one for each trial, which each write down their own', async () => {
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
    const folder = await TrialsFolder.create(join(below, 'array'));
    const planned = [1, 2].map((seed) => ({ key: String(seed), values: { seed }, config }));
    await folder.begin(planned, { kind: 'sweep', trialsAtOnce: 1, halving: null, best: null });
    const state = await folder.read();
    const [respected, warn] = [{ breakLock: false }, (): void => undefined];

    const [first, second] = [await folder.lockTrial('001', respected, warn), await folder.lockTrial('002', respected, warn)];
    expect(await folder.tasks.count()).toBe(2);
    await expect(folder.lockTrial('001', respected, warn)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await expect(folder.lock(respected, warn)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    for (const { name, state: now } of [{ name: '001', state: 'completed' }, { name: '002', state: 'stopped' }] as const) {
      const [trial] = (await folder.read()).trials.filter((found) => found.name === name);
      if (trial !== undefined) await folder.tasks.write(state, { ...trial, state: now });
    }
    expect((await folder.read()).trials.map((trial) => trial.state)).toEqual(['completed', 'stopped']);
    for (const lock of [first, second]) await lock.release();

    const whole = await folder.lock(respected, warn);
    await expect(folder.lockTrial('001', respected, warn)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    expect(await folder.tasks.count()).toBe(0);
    // What each wrote is the sweep's own now.
    const text = await readFile(join(folder.folder, 'sweep.json'), 'utf8');
    expect((JSON.parse(text) as typeof state).trials.map((trial) => trial.state)).toEqual(['completed', 'stopped']);
    expect(existsSync(join(folder.folder, 'tasks/001.json'))).toBe(false);
    await whole.release();
  });

  it('gives the trial of a process that is gone to another one, where that is known', async () => {
    const folder = TrialsFolder.find('array', { folder: below, runsFolder: below }) ?? expect.fail('a sweep');
    await mkdir(join(folder.folder, 'tasks'), { recursive: true });
    await writeFile(join(folder.folder, 'tasks/001.lock'), JSON.stringify({ host: 'another', processId: 4711, started: null }));
    const warnings: string[] = [];
    const claim = (breakLock: boolean): Promise<RunLock> => folder.lockTrial('001', { breakLock }, (line) => { warnings.push(line); });
    await expect(claim(false)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    const lock = await claim(true);
    expect(warnings).toEqual([expect.stringMatching(/^the lock of process 4711 on another is broken/)]);
    await expect(claim(true)).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await lock.release();
  });
});

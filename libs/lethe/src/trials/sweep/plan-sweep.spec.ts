import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunConfig } from '@lethe/config';
import type { SweepRequest } from '../../requests.js';
import { planSweep } from './plan-sweep.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-plan-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

async function plan(given: Partial<SweepRequest>): Promise<RunConfig[]> {
  const request: SweepRequest = {
    folder: '/where/typed',
    space: {},
    configFile: null,
    listFile: null,
    random: null,
    resumedData: { folder: null, unpackedGiB: null },
    logLevel: 'info',
    drawSeed: 1,
    trialsAtOnce: null,
    halving: null,
    best: null,
    name: null,
    runsFolder: '/runs',
    resume: null,
    trial: null,
    breakLock: false,
    placing: null,
    ...given,
  };
  return (await planSweep(request, { cores: 8, gpus: 0, engine: 'native' })).map(({ config }) => config);
}

async function foldersOfData(given: Partial<SweepRequest>): Promise<(string | null)[]> {
  return (await plan(given)).map(({ data }) => data.folder);
}

describe('the trials of a sweep', () => {
  it('have their data where the user typed, however that was said, wherever the sweep is gone on with', async () => {
    const data = { kind: 'idx', folder: 'digits' };
    const [configFile, listFile] = [join(folder, 'base.json'), join(folder, 'list.json')];
    writeFileSync(configFile, JSON.stringify({ data }));
    writeFileSync(listFile, JSON.stringify([{ data }]));
    expect(await foldersOfData({ configFile })).toEqual(['/where/typed/digits']);
    expect(await foldersOfData({ listFile })).toEqual(['/where/typed/digits']);
    expect(
      await foldersOfData({
        space: { 'data.kind': { kind: 'values', values: ['idx'] }, 'data.folder': { kind: 'values', values: ['digits', '/elsewhere'] } },
      }),
    ).toEqual(['/where/typed/digits', '/elsewhere']);
  });

  it('share the machine where nobody says how many workers, wherever that can be said', async () => {
    const workersOf = async (given: Partial<SweepRequest>): Promise<number[]> => (
      (await plan({ trialsAtOnce: 3, ...given })).map(({ cluster }) => cluster.workers)
    );
    const [configFile, listFile] = [join(folder, 'workers.json'), join(folder, 'workers-list.json')];
    writeFileSync(configFile, JSON.stringify({ cluster: { workers: 4 } }));
    writeFileSync(listFile, JSON.stringify([{ cluster: { workers: 3 } }, { seed: 2 }]));
    const [share] = await workersOf({});
    expect(share).toBeLessThan(3);
    expect(await workersOf({ configFile })).toEqual([4]);
    expect(await workersOf({ listFile })).toEqual([3, share]);
    expect(await workersOf({ space: { 'cluster.workers': { kind: 'values', values: [5] } } })).toEqual([5]);
  });
});

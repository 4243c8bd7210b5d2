import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SweepCommand } from '../command-line/command.js';
import { planTrials } from './plan-trials.js';

const folder = mkdtempSync(join(tmpdir(), 'lethe-plan-'));
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

function foldersOfData(told: Partial<SweepCommand>): (string | null)[] {
  const command: SweepCommand = {
    kind: 'sweep', folder: '/where/typed', space: {}, configFile: null, listFile: null, random: null, dataFolder: null, drawSeed: 1, trialsAtOnce: null,
    halving: null, best: null, name: null, runsFolder: '/runs', resume: null, breakLock: false, ...told,
  };
  return planTrials(command, { cores: 2, gpus: 0, engine: 'native' }).map(({ config }) => config.data.folder);
}

describe('the trials of a sweep', () => {
  it('have their data where the user typed, however that was said, wherever the sweep is gone on with', () => {
    const data = { kind: 'idx', folder: 'digits' };
    const [configFile, listFile] = [join(folder, 'base.json'), join(folder, 'list.json')];
    writeFileSync(configFile, JSON.stringify({ data }));
    writeFileSync(listFile, JSON.stringify([{ data }]));
    expect(foldersOfData({ configFile })).toEqual(['/where/typed/digits']);
    expect(foldersOfData({ listFile })).toEqual(['/where/typed/digits']);
    expect(foldersOfData({ space: { 'data.kind': { kind: 'values', values: ['idx'] }, 'data.folder': { kind: 'values', values: ['digits', '/elsewhere'] } } })).toEqual(['/where/typed/digits', '/elsewhere']);
  });
});

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlacingWords } from '../command-line/placing-flags.js';
import { goesOn, wordsInJob } from './job.js';

const runsFolder = mkdtempSync(join(tmpdir(), 'lethe-job-'));
beforeAll(() => {
  mkdirSync(join(runsFolder, 'faces/job'), { recursive: true });
  writeFileSync(join(runsFolder, 'faces/config.json'), '{}');
});
afterAll(() => { rmSync(runsFolder, { recursive: true, force: true }); });

const placing = { on: 'slurm' } as PlacingWords;
const [JOB, AGAIN] = [{ SLURM_JOB_ID: '12' }, { SLURM_JOB_ID: '12', SLURM_RESTART_COUNT: '1' }];

describe('a command in a job', () => {
  it.each([
    ['begins a run', { name: 'new', resume: undefined }, AGAIN, null],
    ['goes on with a run that an earlier job has begun', { name: 'faces', resume: undefined }, JOB, { resume: 'faces', breakLock: false }],
    ['goes on with what it has begun itself', { name: 'faces', resume: undefined }, AGAIN, { resume: 'faces', breakLock: true }],
    ['goes on as it was told to', { name: undefined, resume: 'faces' }, JOB, null],
    ['takes over what it went on with, once it begins again', { name: null, resume: 'faces' }, AGAIN, { resume: 'faces', breakLock: true }],
  ] as const)('%s', (_, { name, resume }, environment, expected) => {
    expect(goesOn({ name, resume, runsFolder, placing }, environment, 'config.json')).toEqual(expected);
  });

  it('has what was typed, without what the job was asked for', () => {
    const typed = ['train', '--on', 'slurm', '--partition', 'gpu', '--time=1:00:00', '--workers', '2', '--dry-run', '--name', 'one'];
    expect(wordsInJob(typed, 'faces', undefined)).toEqual(['train', '--on', 'slurm', '--workers', '2', '--name', 'faces']);
    expect(wordsInJob(['train', '--resume', 'faces', '--account', 'ada'], 'faces', 'faces')).toEqual(['train', '--resume', 'faces']);
  });
});

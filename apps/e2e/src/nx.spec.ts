import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeSmallData } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAdaptationData } from './adaptation-data.js';

const subFolder = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lethe-nx-'));
const [runs, small, domains] = [join(folder, 'runs'), join(folder, 'small'), join(folder, 'domains')];
beforeAll(async () => {
  makeSmallData(small);
  await makeAdaptationData(domains);
});
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SMALL = ['--batch-size', '16', '--held-out', '8', '--no-evaluation'];

/** What a command prints that is typed in a sub-folder of the workspace. */
async function typed(...command: readonly string[]): Promise<string> {
  return (await promisify(execFile)('npx', command, { cwd: subFolder })).stdout;
}
const lethe = (...argv: readonly string[]): Promise<string> => typed('lethe', ...argv);
const nx = (target: string, ...argv: readonly string[]): Promise<string> => typed('nx', 'run', target, '--', ...argv);

describe('the README\'s commands', () => {
  it('train, draw and diagnose through Nx and through npx, from a sub-folder that relative paths mean', async () => {
    const [toRuns, toSmall] = [relative(subFolder, runs), relative(subFolder, small)];
    const flags = ['--rounds', '2', '--beta', '0.5', '--workers', '2', '--name', 'a', '--data-dir', toSmall, '--runs-dir', toRuns];
    expect(await nx('coordinator:train', ...SMALL, ...flags)).toMatch(/completed +2 rounds/);
    const config = JSON.parse(readFileSync(join(runs, 'a', 'config.json'), 'utf8')) as { objective: { beta: number } };
    expect(config.objective.beta).toBe(0.5);
    expect(await lethe('train', '--resume', 'a', '--rounds', '3', '--runs-dir', toRuns)).toMatch(/completed +3 rounds/);
    expect((await lethe('grid', 'a', '--runs-dir', toRuns)).trim()).toBe(join(toRuns, 'a/grids/round-000003.png'));
    expect(await lethe('doctor')).toMatch(/a step +runs/);
    expect(await nx('coordinator:cache')).toMatch(/^tensorflow +\d+ +[\d.]+ [MG]B .*$/m);
  }, 120_000);

  it('look at data, sweep and measure', async () => {
    expect(await nx('coordinator:data', small, '--out', runs)).toMatch(/examples: 60, 48 to train, 12 to test\n +inputs: 8 x 8 x 1/);
    const game = ['--recipe', 'hospitals', '--training', 'adaptation', '--target', 'va', '--data-dir', domains, '--batch-size', '24'];
    const sweep = ['--rounds', '2', '--no-evaluation', '--runs-dir', runs, '--seed', '1,2', '--best', 'va/label_accuracy', '--name', 'b'];
    expect(await nx('coordinator:sweep', ...game, ...sweep)).toMatch(/best: 00[12] /);
    expect(await nx('coordinator:evaluate', 'b/trials/001', '--runs-dir', runs)).toContain('b/trials/001/report.html');
  }, 180_000);

  it('put a run to the test', async () => {
    const leaks = await nx('e2e:leaks', '--rounds', '60');
    for (const process of ['coordinator', 'worker', 'parameter-server']) {
      expect(leaks).toMatch(new RegExp(`${process} \\d+: \\d+ MiB in the second quarter of 60 rounds, \\d+ MiB in the last`));
    }
    const flags = ['--rounds', '3', '--workers', '2', '--servers', '2', '--name', 'profiled', '--data-dir', small, '--runs-dir', runs];
    const profile = await nx('coordinator:profile', ...SMALL, ...flags);
    expect(profile).toMatch(/completed +3 rounds/);
    expect(profile).toMatch(/trace +.*profiled\/trace\.json/);
    interface TraceEvent { name: string; ph: string; dur?: number; pid: number; args: { name?: string } }
    const trace = readFileSync(join(runs, 'profiled', 'trace.json'), 'utf8');
    const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
    const processes = new Map(traceEvents.filter(({ ph }) => ph === 'M').map(({ pid, args }) => [pid, args.name]));
    const occupations = ['wait', 'input', 'compute', 'send'];
    const versions = ['version 1 of autoencoder', 'version 2 of autoencoder'];
    const expected = {
      coordinator: ['round 3'],
      'parameter-server-1': versions, 'parameter-server-2': versions,
      'worker-1': occupations, 'worker-1, on the wire': versions,
      'worker-2': occupations, 'worker-2, on the wire': versions,
    };
    expect([...processes.values()].sort()).toEqual(Object.keys(expected));
    for (const [process, names] of Object.entries(expected)) {
      const spans = traceEvents.filter(({ pid, ph, dur = 0 }) => ph === 'X' && dur > 0 && processes.get(pid) === process);
      expect(spans.map(({ name }) => name), process).toEqual(expect.arrayContaining(names));
    }
    expect(await nx('e2e:chaos', '--minutes', '0', '--seed', '7')).toContain('0 runs survived 0 faults');
  }, 120_000);
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { makeSmallData } from '@lethe/testing';

const run = promisify(execFile);
const subFolder = fileURLToPath(new URL('.', import.meta.url));
const runs = mkdtempSync(join(tmpdir(), 'lethe-nx-'));
afterAll(() => { rmSync(runs, { recursive: true, force: true }); });

describe('the README\'s commands', () => {
  it('train, draw and diagnose through Nx and through npx, from a sub-folder that relative paths mean', async () => {
    const folder = relative(subFolder, runs);
    const flags = ['--rounds', '2', '--batch-size', '64', '--beta', '0.5', '--workers', '2', '--name', 'a', '--runs-dir', folder, '--no-evaluation'];
    const { stdout } = await run('npx', ['nx', 'run', 'coordinator:train', '--', ...flags], { cwd: subFolder });
    expect(stdout).toMatch(/completed +2 rounds/);
    expect((JSON.parse(readFileSync(join(runs, 'a', 'config.json'), 'utf8')) as { objective: { beta: number } }).objective.beta).toBe(0.5);
    expect((await run('npx', ['lethe', 'train', '--resume', 'a', '--rounds', '3', '--runs-dir', folder], { cwd: subFolder })).stdout).toMatch(/completed +3 rounds/);
    expect((await run('npx', ['lethe', 'grid', 'a', '--runs-dir', folder], { cwd: subFolder })).stdout.trim()).toBe(join(folder, 'a/grids/round-000003.png'));
    expect((await run('npx', ['lethe', 'doctor'], { cwd: subFolder })).stdout).toMatch(/a step +runs/);
  }, 120_000);

  it('measure and sweep', async () => {
    const data = join(runs, 'data');
    makeSmallData(data);
    expect((await run('npx', ['nx', 'run', 'coordinator:data', '--', data, '--out', runs], { cwd: subFolder })).stdout).toContain('48 training images and 12 test images of 8 x 8 x 1');
    const flags = ['--data-dir', data, '--runs-dir', runs, '--batch-size', '16', '--held-out', '8', '--rounds', '2', '--no-evaluation'];
    await run('npx', ['lethe', 'train', ...flags, '--recipe', 'forget', '--name', 'b'], { cwd: subFolder });
    expect((await run('npx', ['nx', 'run', 'coordinator:evaluate', '--', 'b', '--runs-dir', runs, '--seeds', '1'], { cwd: subFolder })).stdout).toContain('b/report.html');
    const { stdout } = await run('npx', ['nx', 'run', 'coordinator:sweep', '--', ...flags, '--beta', '0.01,0.1', '--seed', '1', '--best', 'reconstruction_mse'], { cwd: subFolder });
    expect(stdout).toMatch(/best: 00[12] /);
  }, 180_000);

  it('put a run to the test', async () => {
    const leaks = await run('npx', ['nx', 'run', 'coordinator:leaks', '--', '--rounds', '200'], { cwd: subFolder });
    for (const process of ['coordinator', 'worker', 'parameter-server']) expect(leaks.stdout).toMatch(new RegExp(`${process} \\d+: \\d+ MiB in the second quarter of 200 rounds, \\d+ MiB in the last`));
    makeSmallData(join(runs, 'profiled-data'));
    const profile = await run('npx', ['nx', 'run', 'coordinator:profile', '--', '--data-dir', join(runs, 'profiled-data'), '--runs-dir', runs, '--batch-size', '16', '--held-out', '0', '--rounds', '3', '--workers', '2', '--servers', '2', '--name', 'profiled'], { cwd: subFolder });
    expect(profile.stdout).toMatch(/completed +3 rounds/);
    const { traceEvents } = JSON.parse(readFileSync(join(runs, 'profiled', 'trace.json'), 'utf8')) as { traceEvents: { name: string; ph: string; dur?: number; pid: number; args: { name?: string } }[] };
    const processes = new Map(traceEvents.filter(({ ph }) => ph === 'M').map(({ pid, args }) => [pid, args.name]));
    const occupations = ['wait', 'input', 'compute', 'send'];
    const versions = ['version 1 of autoencoder', 'version 2 of autoencoder'];
    const expected = { coordinator: ['round 3'], 'parameter-server-1': versions, 'parameter-server-2': versions, 'worker-1': occupations, 'worker-2': occupations };
    expect([...processes.values()].sort()).toEqual(Object.keys(expected));
    for (const [process, names] of Object.entries(expected)) {
      const spans = traceEvents.filter(({ pid, ph, dur = 0 }) => ph === 'X' && dur > 0 && processes.get(pid) === process);
      expect(spans.map(({ name }) => name), process).toEqual(expect.arrayContaining(names));
    }
    const chaos = await run('npx', ['nx', 'run', 'coordinator:chaos', '--', '--minutes', '0', '--seed', '7'], { cwd: subFolder });
    expect(chaos.stdout).toContain('0 runs survived 0 faults');
  }, 120_000);
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ray, train, type Settings, type TrainedRun, type TrainOptions } from '@lethe/lethe';
import { makeSmallData, RayCluster, rayPython, whyNoRay } from '@lethe/testing';
import { lethe, type Ended } from '../lethe-process.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const PATIENCE_MS = 300_000;
const SMALL: Settings = { recipe: 'quick', dataDir: 'data', batchSize: 16, heldOut: 0, grid: false, evaluation: false };
/** The same as `SMALL`, as a file. */
const configOf = (data: string): string => JSON.stringify({
  recipe: 'quick', batchSize: 16, rounds: 12, grid: false, evaluation: false, data: { kind: 'idx', folder: data, heldOut: 0 },
});
const reason = whyNoRay(process.env);

describe.skipIf(reason !== null)(`on a real cluster of Ray${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-on-ray-'));
  let cluster: RayCluster;
  let python: string;
  beforeAll(async () => {
    makeSmallData(join(folder, 'data'));
    const found = rayPython(process.env);
    python = found.executable;
    writeFileSync(join(folder, 'digits.json'), configOf(join(folder, 'data')));
    const nodes = [1, 1, 2].map((cores) => ({ cores, gpus: 0 }));
    cluster = await RayCluster.start(found, { nodes, hasJobs: true });
    // As a user's shell has it, whose Python has Ray.
    for (const [name, value] of Object.entries(found.environment)) vi.stubEnv(name, value);
  }, PATIENCE_MS);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  }, PATIENCE_MS);

  const played = async (settings: Settings, options: TrainOptions): Promise<TrainedRun> =>
    train({ ...SMALL, ...settings }, { folder, ...options }).done;
  const weights = ({ summary }: TrainedRun): string => summary.weights_sha256;

  /** What docs/ray.md has the user type, with the cluster and the folder of this test. */
  const typed = (command: string, ...flags: string[]): string[] => [
    command, '--on', 'ray', '--ray-address', cluster.address, '--ray-python', python, '--config', join(folder, 'digits.json'),
    '--runs-dir', join(folder, 'runs'), ...flags,
  ];
  const summary = (run: string): { weights_sha256: string } =>
    JSON.parse(readFileSync(join(folder, 'runs', run, 'summary.json'), 'utf8')) as { weights_sha256: string };

  it('trains on all of its nodes, to the weights of a run of this machine', async () => {
    const there = await lethe(typed('train', '--workers', '4', '--name', 'digits'));
    expect(there.code, there.output).toBe(0);
    const here = await played({ rounds: 12, workers: 1 }, { name: 'here' });
    expect(summary('digits').weights_sha256).toBe(weights(here));
    const hosts = [...there.output.matchAll(/worker-\d starts on (\S+)/g)].map(([, host]) => host).sort();
    expect(hosts, there.output).toEqual([...cluster.hosts, cluster.hosts[2]].sort());
  }, PATIENCE_MS);

  it('plays a sweep on three of its places', async () => {
    const several = ['--trials-at-once', '3', '--beta', '0.1,0.2', '--seed', '1,2', '--name', 'betas'];
    const { code, output }: Ended = await lethe(typed('sweep', ...several));
    expect(code, output).toBe(0);
    for (const trial of ['001', '002', '003', '004']) expect(summary(`betas/trials/${trial}`).weights_sha256).toMatch(/^[0-9a-f]{64}$/);
  }, PATIENCE_MS);

  it('plays a run that a job of Ray starts', async () => {
    const program = [process.execPath, resolve('../coordinator/dist/main.js'), ...typed('train', '--workers', '2', '--name', 'by-job')];
    const submitted = await promisify(execFile)('ray', ['job', 'submit', '--address', cluster.dashboard ?? '', '--', ...program]);
    expect(submitted.stdout).toContain('succeeded');
    expect(summary('by-job').weights_sha256).toBe(summary('here').weights_sha256);
  }, PATIENCE_MS);

  it('goes on elsewhere when a node goes, with the same weights', async () => {
    const notices: string[] = [];
    const on = ray({ address: cluster.address, python });
    const run = train({ ...SMALL, rounds: 100, workers: 2 }, { folder, name: 'moved', on, onNotice: (line) => { notices.push(line); } });
    // Both are packed onto the node that has two cores.
    for await (const { round } of run) if (round === 20) await cluster.remove(2);
    const moved = await run.done;
    const here = await played({ rounds: 100, workers: 1 }, { name: 'unmoved' });
    expect(weights(moved), notices.join('\n')).toBe(weights(here));
    const [from = ''] = cluster.hosts.slice(2);
    expect(notices.filter((line) => line.includes(`moves from ${from} to `)), notices.join('\n')).not.toEqual([]);
  }, PATIENCE_MS);
});

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ray, train, type Settings, type TrainedRun, type TrainOptions } from '@lethe/lethe';
import { makeSmallData, RayCluster, rayPython, whyNoRay } from '@lethe/testing';
import { COORDINATOR, lethe, type Ended } from '../lethe-process.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const PATIENCE_MS = 300_000;
const SMALL: Settings = { recipe: 'quick', dataDir: 'data', batchSize: 16, heldOut: 0, grid: false, evaluation: false };
/** The same as `SMALL`, as flags, for recipes that the commands name. */
const FLAGS = ['--batch-size', '16', '--rounds', '12', '--held-out', '0', '--no-grid', '--no-evaluation'];
const page = readFileSync(new URL('../../../../docs/ray.md', import.meta.url), 'utf8');
/** What docs/ray.md has the user type: a run, a sweep, and a run that is a job of Ray. */
const commands = [...page.matchAll(/^ {4}.*?\blethe ((?:train|sweep) .+)$/gm)].map(([, command = '']) => command.split(' '));
const [trainCommand = [], sweepCommand = [], jobCommand = []] = commands;
const reason = whyNoRay(process.env);

describe.skipIf(reason !== null)(`on a real cluster of Ray${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-on-ray-'));
  let cluster: RayCluster;
  let python: string;
  beforeAll(async () => {
    makeSmallData(join(folder, 'data'));
    const found = rayPython(process.env);
    python = found.executable;
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

  /** A command of the page, with the cluster and the folder of this test. */
  const typed = (command: readonly string[]): string[] => [
    ...command.filter((word, index) => word !== '--runs-dir' && command[index - 1] !== '--runs-dir'), ...FLAGS,
    '--data-dir', join(folder, 'data'), '--runs-dir', join(folder, 'runs'), '--ray-address', cluster.address, '--ray-python', python,
  ];
  const summary = (run: string): { weights_sha256: string } =>
    JSON.parse(readFileSync(join(folder, 'runs', run, 'summary.json'), 'utf8')) as { weights_sha256: string };

  it('trains on all of its nodes, to the weights of a run of this machine', async () => {
    const there = await lethe(typed(trainCommand));
    expect(there.code, there.output).toBe(0);
    const here = await played({ rounds: 12, workers: 1 }, { name: 'here' });
    expect(summary('digits').weights_sha256).toBe(weights(here));
    const hosts = [...there.output.matchAll(/worker-\d starts on (\S+)/g)].map(([, host]) => host).sort();
    expect(hosts, there.output).toEqual([...cluster.hosts, cluster.hosts[2]].sort());
  }, PATIENCE_MS);

  it('plays a sweep on three of its places', async () => {
    // With the core of the command, all of the cluster's.
    const there: Ended = await lethe([...typed(sweepCommand), '--ray-own-cores', '1']);
    expect(there.code, there.output).toBe(0);
    const tried = ['--recipe', 'quick', '--beta', '0.1,0.2', '--seed', '1,2', '--name', 'betas-here', '--workers', '1'];
    const local: Ended = await lethe([
      'sweep', ...tried, ...FLAGS, '--data-dir', join(folder, 'data'), '--runs-dir', join(folder, 'runs'),
    ]);
    expect(local.code, local.output).toBe(0);
    for (const trial of ['001', '002', '003', '004'])
      expect(summary(`betas/trials/${trial}`).weights_sha256).toBe(summary(`betas-here/trials/${trial}`).weights_sha256);
  }, PATIENCE_MS);

  it('plays a run that a job of Ray starts', async () => {
    const program = [process.execPath, COORDINATOR, ...typed(jobCommand)];
    const submitted = await promisify(execFile)('ray', ['job', 'submit', '--address', cluster.dashboard ?? '', '--', ...program]);
    expect(submitted.stdout).toContain('succeeded');
    expect(summary('digits-2').weights_sha256).toBe(summary('digits').weights_sha256);
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

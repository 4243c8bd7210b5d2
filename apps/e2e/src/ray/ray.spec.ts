import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweep, train, type Settings, type TrainedRun, type TrainOptions } from '@lethe/lethe';
import { RayScheduler } from '@lethe/placement';
import { rayModule } from '@lethe/programs';
import { makeSmallData, RayCluster, rayPython, whyNoRay } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const PATIENCE_MS = 300_000;
const SMALL: Settings = { recipe: 'quick', dataDir: 'data', batchSize: 16, heldOut: 0, grid: false, evaluation: false };
const reason = whyNoRay(process.env);

describe.skipIf(reason !== null)(`on a real cluster of Ray${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-on-ray-'));
  let cluster: RayCluster;
  let on: RayScheduler;
  beforeAll(async () => {
    makeSmallData(join(folder, 'data'));
    const python = rayPython(process.env);
    cluster = await RayCluster.start(python, { nodes: [{ cores: 1, gpus: 0 }, { cores: 1, gpus: 0 }, { cores: 2, gpus: 0 }] });
    // As a user's shell has it, whose Python has Ray.
    for (const [name, value] of Object.entries(python.environment)) vi.stubEnv(name, value);
    on = new RayScheduler({ address: cluster.address, python: python.executable, module: rayModule(), ownCores: 0, waitSeconds: null });
  }, PATIENCE_MS);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  }, PATIENCE_MS);

  const played = async (settings: Settings, options: TrainOptions): Promise<TrainedRun> =>
    train({ ...SMALL, ...settings }, { folder, ...options }).done;
  const weights = ({ summary }: TrainedRun): string => summary.weights_sha256;

  it('trains on all of its nodes, to the weights of a run of this machine', async () => {
    const notices: string[] = [];
    const there = await played({ rounds: 12, workers: 4 }, { name: 'there', on, onNotice: (line) => { notices.push(line); } });
    const here = await played({ rounds: 12, workers: 1 }, { name: 'here' });
    expect(weights(there)).toBe(weights(here));
    const hosts = notices.flatMap((line) => /^worker-\d starts on (\S+)$/.exec(line)?.[1] ?? []).sort();
    expect(hosts, notices.join('\n')).toEqual([...cluster.hosts, cluster.hosts[2]].sort());
  }, PATIENCE_MS);

  it('plays a sweep on three of its places', async () => {
    const { trials } = await sweep(
      { ...SMALL, rounds: 3, seed: [1, 2, 3, 4] }, { folder, name: 'sweep', on, trialsAtOnce: 3, coresPerWorker: 1 },
    ).done;
    expect(trials.map(({ state, message }) => [state, message])).toEqual(trials.map(() => ['completed', '']));
    expect(trials).toHaveLength(4);
  }, PATIENCE_MS);

  it('goes on elsewhere when a node goes, with the same weights', async () => {
    const notices: string[] = [];
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

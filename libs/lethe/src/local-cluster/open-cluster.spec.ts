import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configLayer, mergeConfig } from '@lethe/config';
import { openData } from '@lethe/data';
import { describeRun } from '@lethe/graphs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { initialGroups } from '../run/initial-state.js';
import { openCluster } from './open-cluster.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-open-')); });
afterEach(() => { vi.restoreAllMocks(); });
afterAll(() => { rmSync(folder, { recursive: true }); });

/** A TCP port that nobody listens at. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => { probe.listen(0, '127.0.0.1', resolve); });
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => { probe.close(resolve); });
  return port;
}

/** @throws if somebody listens there */
async function listenAt(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  await new Promise((resolve) => { server.close(resolve); });
}

describe('opening a cluster', () => {
  it('leaves nothing open when a process cannot be started', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const port = await freePort();
    const said = configLayer(
      { recipe: 'article', cluster: { workers: 1, listen: `tcp://127.0.0.1:${port}`, insecurePlaintext: true } },
      'said.json',
    );
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [said]);
    const data = await openData(config.data, config.seed);
    const opening = openCluster({
      description: describeRun(config, data.facts),
      runId: 'a run',
      logsFolder: join(file, 'logs'),
      tokenFile: join(folder, 'token'),
      environment: {},
      cores: 2,
      devices: [null],
      onCommitted: () => undefined,
      onCommitReport: () => undefined,
      onStepReport: () => undefined,
      onNotice: () => undefined,
    });
    await expect(opening).rejects.toThrow('ENOTDIR');
    await listenAt(port);
  });

  it('gives a worker up whose data are others, life for life, long before its restarts are used up', async () => {
    const said = configLayer({ recipe: 'article', cluster: { workers: 1, restarts: 50 } }, 'said.json');
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [said]);
    const { facts } = await openData(config.data, config.seed);
    const description = describeRun(config, { ...facts, fingerprint: 'of other data' });
    // The programs run as they were built: with the flags of the test's process they would look for sources.
    vi.spyOn(process, 'execArgv', 'get').mockReturnValue([]);
    const open = await openCluster({
      description,
      runId: 'a run',
      logsFolder: join(folder, 'logs'),
      tokenFile: join(folder, 'token'),
      environment: process.env,
      cores: 2,
      devices: [null],
      onCommitted: () => undefined,
      onCommitReport: () => undefined,
      onStepReport: () => undefined,
      onNotice: () => undefined,
    });
    const playing = open.cluster
      .assemble(initialGroups(description), 1)
      .then(() => open.cluster.execute({ round: 0, phase: 0, innerStep: 0 }, {}));
    await expect(playing).rejects.toThrow(
      /^worker-1 is not started again after 2 lives that ended alike: worker-1: .*expected fingerprint of other data, found/,
    );
    await open.close('the test is over');
  }, 60_000);
});

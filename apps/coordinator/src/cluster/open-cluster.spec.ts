import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergeConfig, parseConfigFile } from '@lethe/config';
import { openData } from '@lethe/data';
import { describeRun } from '@lethe/training';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from './open-cluster.js';

let folder: string;
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-open-')); });
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
    const said = parseConfigFile(JSON.stringify({ recipe: 'article', cluster: { workers: 1, listen: `tcp://127.0.0.1:${port}`, insecurePlaintext: true } }), 'said.json');
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [said]);
    const data = await openData(config.data, config.seed);
    const opening = openCluster({
      description: describeRun(config, data.facts), runId: 'a run', logsFolder: join(file, 'logs'), tokenFile: join(folder, 'token'), environment: {}, cores: 2, devices: [null],
      onCommitted: () => undefined, onCommitReport: () => undefined, onStepReport: () => undefined, onNotice: () => undefined,
    });
    await expect(opening).rejects.toThrow('ENOTDIR');
    await listenAt(port);
  });
});

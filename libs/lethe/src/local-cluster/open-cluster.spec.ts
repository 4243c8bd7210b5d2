import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configLayer, mergeConfig } from '@lethe/config';
import { openData, type DataFacts } from '@lethe/data';
import { judgeLength } from '@lethe/evaluation';
import { describeRun } from '@lethe/graphs';
import { noLog } from '@lethe/telemetry/log';
import { forgottenLabel } from '@lethe/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { initialGroups } from '../run/initial-state.js';
import { largestFrameOf, openCluster } from './open-cluster.js';

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
      log: noLog(),
      logLevel: 'info',
      environment: {},
      cores: 2,
      devices: [null],
      workersOn: null,
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
      log: noLog(),
      logLevel: 'info',
      environment: process.env,
      cores: 2,
      devices: [null],
      workersOn: null,
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

  it('gives a worker up that has nothing to compute with, and says what it said, though it never joined', async () => {
    const said = configLayer({ recipe: 'article', cluster: { workers: 1, restarts: 50 } }, 'said.json');
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [said]);
    const { facts } = await openData(config.data, config.seed);
    const description = describeRun(config, facts);
    vi.spyOn(process, 'execArgv', 'get').mockReturnValue([]);
    const notices: string[] = [];
    const open = await openCluster({
      description, runId: 'a run', logsFolder: join(folder, 'lacking'), tokenFile: join(folder, 'token'), log: noLog(), logLevel: 'info',
      // TensorFlow is not set up there.
      environment: { ...process.env, LETHE_CACHE: join(folder, 'empty') },
      cores: 2, devices: [null], workersOn: null,
      onCommitted: () => undefined, onCommitReport: () => undefined, onStepReport: () => undefined,
      onNotice: (line) => { notices.push(line); },
    });
    const playing = open.cluster.assemble(initialGroups(description), 1)
      .then(() => open.cluster.execute({ round: 0, phase: 0, innerStep: 0 }, {}));
    await expect(playing).rejects.toThrow(/^worker-1 is not started again after 2 lives that ended alike: .*TensorFlow is not set up/);
    const ended = /^worker-1 ended while starting: .*TensorFlow is not set up.* \(exit code 6; it printed to .*worker-1\.log\)$/;
    expect(notices.filter((line) => ended.test(line)), notices.join('\n')).toHaveLength(2);
    await open.close('the test is over');
  }, 60_000);

  it('goes on with the workers that can be started, and names those that cannot', async () => {
    const said = configLayer({ recipe: 'article', cluster: { workers: 2, restarts: 0 } }, 'said.json');
    const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [said]);
    const { facts } = await openData(config.data, config.seed);
    const description = describeRun(config, facts);
    vi.spyOn(process, 'execArgv', 'get').mockReturnValue([]);
    // What they print has no place to go.
    const logsFolder = join(folder, 'some logs');
    for (const index of [2, 3]) mkdirSync(join(logsFolder, `worker-${index}.log`), { recursive: true });
    const notices: string[] = [];
    const open = await openCluster({
      description,
      runId: 'a run',
      logsFolder,
      tokenFile: join(folder, 'token'),
      log: noLog(),
      logLevel: 'info',
      environment: process.env,
      cores: 2,
      devices: [null, null],
      workersOn: null,
      onCommitted: () => undefined,
      onCommitReport: () => undefined,
      onStepReport: () => undefined,
      onNotice: (line) => { notices.push(line); },
    });
    try {
      open.growTo(3);
      await open.cluster.assemble(initialGroups(description), 2);
      const [scores] = await open.cluster.evaluations.ofExamples('score', 'test', 250, 250);
      expect(scores).toHaveLength(250 * description.objective.figures.length);
      const warnings = notices.filter((line) => /^warning: .* cannot be started: EISDIR.*; the run goes on without it$/.test(line));
      expect(warnings.map((line) => /worker-\d/.exec(line)?.[0])).toEqual(['worker-2', 'worker-3']);
    } finally {
      await open.close('the test is over');
    }
  }, 60_000);
});

const population = (name: string) => ({ name, trainCount: 1000, labelledCount: 1000, testCount: 100, otherLabels: [] });

function frameOf(said: object, side: number, classes: number): { bytes: number; facts: DataFacts } {
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [configLayer(said, 'said.json')]);
  const domains = config.data.kind === 'domains' ? [population('a'), population('b')] : [population('all')];
  const names = Array.from({ length: classes }, (_, index) => `class ${index}`);
  const facts: DataFacts = {
    shape: { height: side, width: side, channels: 3 },
    classes: names,
    trainCount: 1000,
    testCount: 100,
    heldOutCount: null,
    kept: [],
    forgotten: forgottenLabel(names),
    domains,
    fingerprint: 'f',
  };
  return { bytes: largestFrameOf(describeRun(config, facts)), facts };
}

describe('the largest frame of a run', () => {
  it('has room for whatever travels, and not for much more', () => {
    const { bytes } = frameOf({ recipe: 'article' }, 28, 10);
    expect(bytes).toBeGreaterThan(8 * 768 * 1024); // a piece of a state
    expect(bytes).toBeLessThan(32 * 2 ** 20);
  });

  it('grows with the classes, the images and the judge that reads them', () => {
    const { bytes, facts } = frameOf(
      { recipe: 'article', data: { kind: 'images', folder: '/nowhere', imageSize: 64, channels: 3 } },
      64,
      1000,
    );
    for (const floats of [1000 * 64 * 64 * 3, judgeLength(facts, facts.classes.length), 500 * (2 + 3 * 1000), 2000 * 512])
      expect(bytes).toBeGreaterThan(4 * floats);
    expect(bytes).toBeLessThan(128 * 2 ** 20);
  });
});

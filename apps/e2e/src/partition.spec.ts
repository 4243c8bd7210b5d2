import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, letheProcesses, type Ended } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

/** Another host, as far as the network goes, at the other end of a cable: a namespace and a veth pair. */
const [HOST, CABLE] = [`lethe-${process.pid}`, `lt${process.pid}`];
/** A network of this process alone: what a killed test left behind, or one that runs beside this, holds another. */
const [NEAR, FAR] = [1, 2].map((end) => `10.213.${(process.pid >> 6) % 256}.${(process.pid % 64) * 4 + end}`) as [string, string];
const ip = (...argv: string[]): void => { execFileSync('ip', argv, { stdio: 'pipe' }); };

/** Two more, between which there is IPv6 alone: the run's and a worker's. */
const [RUN_HOST, WORKER_HOST] = [`${HOST}-run`, `${HOST}-worker`];
const [RUN_ADDRESS, WORKER_ADDRESS] = ['fd00:77::1', 'fd00:77::2'];
/** Connections of the worker's host to the ports that parameter servers choose go nowhere. */
const NO_SERVERS = ['ipproto', 'tcp', 'dport', '30000-65000', 'blackhole'];

/** Only root may make one. */
function makeHost(): boolean {
  try {
    ip('netns', 'add', HOST);
    ip('link', 'add', CABLE, 'type', 'veth', 'peer', 'name', `${CABLE}f`, 'netns', HOST);
    ip('addr', 'add', `${NEAR}/30`, 'dev', CABLE);
    ip('-n', HOST, 'addr', 'add', `${FAR}/30`, 'dev', `${CABLE}f`);
    ip('-n', HOST, 'link', 'set', `${CABLE}f`, 'up');
    ip('link', 'set', CABLE, 'up');
    for (const host of [RUN_HOST, WORKER_HOST]) ip('netns', 'add', host);
    ip('link', 'add', 'run', 'netns', RUN_HOST, 'type', 'veth', 'peer', 'name', 'worker', 'netns', WORKER_HOST);
    for (const [host, end, address] of [[RUN_HOST, 'run', RUN_ADDRESS], [WORKER_HOST, 'worker', WORKER_ADDRESS]] as const) {
      ip('-n', host, 'addr', 'add', `${address}/64`, 'dev', end, 'nodad');
      for (const link of ['lo', end]) ip('-n', host, 'link', 'set', link, 'up');
    }
    return true;
  } catch {
    return false;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'lethe-partition-'));
const runs = join(folder, 'runs');
const hasHost = makeHost();
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => {
  for (const host of [HOST, RUN_HOST, WORKER_HOST]) {
    try {
      ip('netns', 'del', host);
    } catch {
      // there was none
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

const SMALL = [
  '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0', '--no-grid', '--no-evaluation',
  '--runs-dir', runs,
];
const flags = ['train', ...SMALL, '--rounds', '80', '--heartbeat-seconds', '0.25'];
const network = (processId: string): string => readlinkSync(`/proc/${processId}/ns/net`);

/** The worker that is on this side of the cable. */
function nearWorker(): number {
  const ids = letheProcesses().filter((line) => line.includes('apps/worker/')).map((line) => line.split(' ')[0] ?? '');
  return Number(ids.find((id) => network(id) === network('self')));
}

function weights(name: string): string {
  return (JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;
}

describe.runIf(hasHost)('a network that parts and heals', () => {
  it('between a worker on another host and all the rest costs no bit', async () => {
    const workers: Promise<Ended>[] = [];
    const turns: { readonly when: RegExp; readonly act: () => void }[] = [
      { when: /examples\/s/, act: () => { ip('link', 'set', CABLE, 'down'); } },
      { when: /is silent; its shards are computed by worker-\d\n/, act: () => { process.kill(nearWorker(), 'SIGSTOP'); } },
      // With nobody else to go on, the run is not over before the network heals.
      { when: /is silent; the run waits for a worker/, act: () => { ip('link', 'set', CABLE, 'up'); } },
      { when: /worker-\d is heard again\n/, act: () => { process.kill(nearWorker(), 'SIGCONT'); } },
    ];
    const open = ['--listen', 'tcp://0.0.0.0:0', '--advertise', NEAR, '--workers', '0', '--await-workers', '2'];
    const parted = await lethe([...flags, '--name', 'parted', ...open], (text) => {
      const line = /npx lethe worker (--join .+)\n/.exec(text)?.[1];
      if (line !== undefined && workers.length === 0) {
        const argv = ['worker', ...line.split(' ')];
        workers.push(lethe(argv), lethe(argv, undefined, ['ip', 'netns', 'exec', HOST, process.execPath]));
      }
      while (turns[0]?.when.test(text) === true) turns.shift()?.act();
    });
    const ended = await Promise.all(workers);
    expect([parted.code, turns, ended.map(({ code }) => code)], parted.output).toEqual([0, [], [0, 0]]);
    expect((await lethe([...flags, '--name', 'whole'])).code).toBe(0);
    expect(weights('parted')).toBe(weights('whole'));
  }, 90_000);
});

describe.runIf(hasHost)('a run on a host that has IPv6 alone', () => {
  const on = (host: string): string[] => ['ip', 'netns', 'exec', host, process.execPath];

  it('prints an address that reaches it, and both sides name the server that a worker cannot reach', async () => {
    ip('-n', WORKER_HOST, '-6', 'rule', 'add', ...NO_SERVERS);
    let worker: Promise<Ended> | null = null;
    let isBlocked = true;
    const open = ['--listen', 'tcp://[::]:7719', '--workers', '0', '--await-workers', '1'];
    const run = await lethe(['train', ...SMALL, '--rounds', '2', '--name', 'six', ...open], (text) => {
      const line = /npx lethe worker (--join .+)\n/.exec(text)?.[1];
      if (line !== undefined) worker ??= lethe(['worker', ...line.split(' ')], undefined, on(WORKER_HOST));
      if (isBlocked && /cannot reach parameter-server-1/.test(text)) {
        isBlocked = false;
        ip('-n', WORKER_HOST, '-6', 'rule', 'del', ...NO_SERVERS);
      }
    }, on(RUN_HOST));
    expect([run.code, isBlocked], run.output).toEqual([0, false]);
    expect(run.output).toContain(`--join tcp://[${RUN_ADDRESS}]:7719 `);
    const joined = await (worker as Promise<Ended> | null);
    expect(joined?.output).toMatch(/cannot reach parameter-server-1 at tcp:\/\/\[fd00:77::1\]:\d+/);
    expect(joined?.code).toBe(0);
  }, 60_000);
});

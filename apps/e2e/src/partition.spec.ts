import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSmallData, NetworkHosts, whyNoHosts } from '@lethe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, letheProcesses, type Ended } from './lethe-process.js';

/** Connections of the far host to the ports that parameter servers choose go nowhere. */
const NO_SERVERS = ['ipproto', 'tcp', 'dport', '30000-65000', 'blackhole'];
const why = whyNoHosts();

it.runIf(process.env['LETHE_TEST_HOSTS'] === 'required')('has network namespaces to be tested with', () => { expect(why).toBeNull(); });

describe.skipIf(why !== null)(`a run on a host that has IPv6 alone${why === null ? '' : ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-partition-'));
  const runs = join(folder, 'runs');
  let network: NetworkHosts;
  beforeAll(async () => {
    makeSmallData(join(folder, 'data'));
    network = await NetworkHosts.start({ names: ['near', 'far'], addresses: 6 });
  });
  afterAll(() => {
    network.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const flags = [
    'train', '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '32', '--shards', '2', '--held-out', '0',
    '--no-grid', '--no-evaluation', '--runs-dir', runs, '--rounds', '60', '--heartbeat-seconds', '0.25',
  ];
  const on = (host: string): string[] => [...network.on(host), process.execPath];
  const setServers = (what: 'add' | 'del'): void => {
    execFileSync('ip', ['-n', network.namespaceOf('far'), '-6', 'rule', what, ...NO_SERVERS], { stdio: 'pipe' });
  };

  /** The worker that is on the run's host. */
  function nearWorker(): number {
    const near = network.processesOf('near');
    const workers = letheProcesses().filter((line) => line.includes('apps/worker/')).map((line) => Number(line.split(' ')[0]));
    return workers.find((id) => near.includes(id)) ?? 0;
  }

  function weights(name: string): string {
    return (JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;
  }

  it('prints an address that reaches it, names a server that a worker cannot reach, and loses no bit when the network parts', async () => {
    setServers('add');
    const workers: Promise<Ended>[] = [];
    const turns: { readonly when: RegExp; readonly act: () => void }[] = [
      { when: /cannot reach parameter-server-1/, act: () => { setServers('del'); } },
      { when: /examples\/s/, act: () => { network.unplug('far'); } },
      { when: /is silent; its shards are computed by worker-\d\n/, act: () => { process.kill(nearWorker(), 'SIGSTOP'); } },
      // With nobody else to go on, the run is not over before the network heals.
      { when: /is silent; the run waits for a worker/, act: () => { network.plug('far'); } },
      { when: /worker-\d is heard again\n/, act: () => { process.kill(nearWorker(), 'SIGCONT'); } },
    ];
    const open = ['--listen', 'tcp://[::]:7719', '--workers', '0', '--await-workers', '2'];
    const [parted, whole] = await Promise.all([
      lethe([...flags, '--name', 'parted', ...open], (text) => {
        const line = /npx lethe worker (--join .+)\n/.exec(text)?.[1];
        if (line !== undefined && workers.length === 0)
          workers.push(...['near', 'far'].map((host) => lethe(['worker', ...line.split(' ')], undefined, on(host))));
        while (turns[0]?.when.test(text) === true) turns.shift()?.act();
      }, on('near')),
      lethe([...flags, '--name', 'whole', '--workers', '1']),
    ]);
    const [near, far] = await Promise.all(workers);
    expect([parted.code, turns, near?.code, far?.code], parted.output).toEqual([0, [], 0, 0]);
    const address = network.addressOf('near');
    expect(parted.output).toContain(`--join tcp://[${address}]:7719 `);
    expect(far?.output).toContain(`cannot reach parameter-server-1 at tcp://[${address}]:`);
    expect(whole.code, whole.output).toBe(0);
    expect(weights('parted')).toBe(weights('whole'));
  }, 180_000);
});

import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lethe, letheProcesses, type Ended } from './lethe-process.js';
import { makeSmallData } from '@lethe/testing';

const folder = mkdtempSync(join(tmpdir(), 'lethe-joining-'));
const runs = join(folder, 'runs');
beforeAll(() => { makeSmallData(join(folder, 'data')); });
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const SMALL = [
  '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '32', '--held-out', '0', '--no-grid', '--no-evaluation',
  '--runs-dir', runs,
];

/** This machine's address as others see it; where there is none, everybody joins over the loopback. */
const outside = Object.values(networkInterfaces()).flat().find((address) => address?.family === 'IPv4' && !address.internal)?.address;

function weights(name: string): string {
  return (JSON.parse(readFileSync(join(runs, name, 'summary.json'), 'utf8')) as { weights_sha256: string }).weights_sha256;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('a worker started by hand', () => {
  it('joins by the printed line, as often as it is run, and nobody joins without the keys of the run', async () => {
    const port = await freePort();
    const [outer, inner] = [outside ?? '127.0.0.1', '127.0.0.1'].map((host) => `tcp://${host}:${port}`) as [string, string];
    const open = ['--listen', `tcp://${outside === undefined ? '127.0.0.1' : '0.0.0.0'}:${port}`, '--workers', '0', '--await-workers', '2'];
    let joining: Promise<void> | undefined;
    const ended = await lethe(['train', ...SMALL, '--rounds', '3', '--name', 'joined', ...open], (text) => {
      const flags = /npx lethe worker (--join .+)\n/.exec(text)?.[1]?.split(' ');
      if (flags !== undefined) joining ??= joinBy(flags, outer, inner);
    });
    await joining;
    expect(ended.code, ended.output).toBe(0);
    for (const line of [
      '0 of 2 workers have joined\n', /worker-2 \(process \d+ on .+\) has come and loads its data/,
      /2 of 2 workers have joined: worker-1 \(process \d+ on .+\), worker-2 \(/,
    ]) expect(ended.output).toMatch(line);
    const token = join(runs, 'joined/join-token');
    const elsewhere = `(on another machine: ssh ${outside} cat ${token} | npx lethe worker --join ${outer} --key `;
    if (outside !== undefined) expect(ended.output).toContain(elsewhere);
    expect(existsSync(join(runs, 'joined/join-token'))).toBe(false);
  }, 120_000);

  /** Whoever is refused tries it first: the run waits for workers until the good ones are there. */
  async function joinBy(flags: string[], outer: string, inner: string): Promise<void> {
    const token = flags.indexOf('--token-file');
    const file = flags[token + 1] ?? '';
    expect([flags[1], file, statSync(file).mode & 0o777]).toEqual([outer, join(runs, 'joined/join-token'), 0o600]);
    const forged = flags.with(token, '--token').with(token + 1, `T${'A'.repeat(86)}`);
    const [near, far, stranger, other] = await Promise.all([
      // Any process of this machine can reach the port: it needs the keys as much as one from outside.
      ['--join', inner, '--insecure-plaintext'], ['--join', outer, '--insecure-plaintext'], forged, [...flags.slice(0, -1), '2'],
    ].map((argv) => lethe(['worker', ...argv]))) as [Ended, Ended, Ended, Ended];
    for (const { code, output } of [near, far]) expect([code, output]).toEqual([4, expect.stringMatching(/refuses us/)]);
    expect(stranger.code).not.toBe(0);
    expect(stranger.output).toMatch(/warning: --token can be seen by every user[^]+refuses us/);
    expect([other.code, other.output]).toEqual([4, expect.stringMatching(/this run computes with native and threads=1/)]);
    const good = await lethe(['worker', ...flags, '--workers', '2']);
    expect(good.code, good.output).toBe(0);
    for (const name of ['worker 1 on the cpu', 'worker 2 on the cpu']) expect(good.output).toContain(`${name} has ended: exit code 0`);
    for (const line of [
      /joined the run joined as worker-2; loading its data/, /worker-1 is ready; waiting for work/, /worker-1 computes round 1/,
      /worker-2 ends: the run is completed/,
    ]) expect(good.output).toMatch(line);
  }

  it('joins a run that is under way and leaves it again, which changes no bit', async () => {
    const flags = ['train', ...SMALL, '--rounds', '60', '--shards', '2', '--heartbeat-seconds', '0.25'];
    const first = (isWanted: (line: string) => boolean): number => Number(letheProcesses().find(isWanted)?.split(' ')[0]);
    const own = (): number => first((line) => !line.includes('--join') && line.includes('apps/worker/'));
    const joined = (): number => first((line) => line.includes('--join'));
    // The run's own worker stands still until the other one is there, however long that takes.
    const turns: { readonly when: RegExp; readonly act: () => void }[] = [
      { when: /examples\/s/, act: () => { process.kill(own(), 'SIGSTOP'); } },
      { when: /worker-1 .+ is silent; the run waits for a worker/, act: () => { joining = lethe(['worker', ...join]); } },
      { when: /worker-2 has joined: 2 workers/, act: () => { process.kill(own(), 'SIGCONT'); } },
      { when: /worker-1 is heard again/, act: () => { process.kill(joined(), 'SIGKILL'); } },
    ];
    let join: string[] = [];
    let joining: Promise<Ended> | undefined;
    const open = ['--listen', `tcp://0.0.0.0:${await freePort()}`, '--advertise', '127.0.0.1'];
    const shared = await lethe([...flags, '--name', 'shared', ...open], (text) => {
      join = /npx lethe worker (--join .+)\n/.exec(text)?.[1]?.split(' ') ?? join;
      while (turns[0]?.when.test(text) === true) turns.shift()?.act();
    });
    await joining;
    expect([shared.code, turns], shared.output).toEqual([0, []]);
    expect(join[1]).toMatch(/^tcp:\/\/127\.0\.0\.1:/);
    expect((await lethe([...flags, '--name', 'unshared'])).code).toBe(0);
    expect(weights('shared')).toBe(weights('unshared'));
  }, 90_000);
});

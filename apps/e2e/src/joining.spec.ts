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

/** This machine's address as others see it; connections with keys are tested where there is one. */
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

/** Starts a run without workers of its own and hands the printed flags to whoever wants to join. */
async function runAndJoin(name: string, host: string, join: (flags: string[]) => Promise<void>, workers = 1): Promise<Ended> {
  let joining: Promise<void> | undefined;
  const cluster = ['--listen', `tcp://${host}:${await freePort()}`, '--workers', '0', '--await-workers', String(workers)];
  const ended = await lethe(['train', ...SMALL, '--rounds', '3', '--name', name, ...cluster], (text) => {
    const flags = /npx lethe worker (--join .+)\n/.exec(text)?.[1];
    if (flags !== undefined) joining ??= join(flags.split(' '));
  });
  await joining;
  return ended;
}

describe('a worker started by hand', () => {
  it('joins over the loopback by the printed line, as often as it is run, and others get the reason why not', async () => {
    const ended = await runAndJoin('loopback', '127.0.0.1', async (flags) => {
      // Any process of this machine can reach the port: it needs the keys as much as one from outside.
      const file = flags[flags.indexOf('--token-file') + 1] ?? '';
      expect([file, statSync(file).mode & 0o777]).toEqual([join(runs, 'loopback/join-token'), 0o600]);
      const plain = await lethe(['worker', ...flags.slice(0, 2), '--insecure-plaintext']);
      expect([plain.code, plain.output]).toEqual([4, expect.stringMatching(/refuses us/)]);
      const other = await lethe(['worker', ...flags.slice(0, -1), '2']);
      expect(other.code).toBe(4);
      expect(other.output).toMatch(/this run computes with native and threads=1/);
      const good = await lethe(['worker', ...flags, '--workers', '2']);
      expect(good.code, good.output).toBe(0);
      for (const name of ['worker 1 on the cpu', 'worker 2 on the cpu']) expect(good.output).toContain(`${name} has ended: exit code 0`);
      for (const line of [
        /joined the run loopback as worker-2; loading its data/, /worker-1 is ready; waiting for work/, /worker-1 computes round 1/,
        /worker-2 ends: the run is completed/,
      ]) expect(good.output).toMatch(line);
    }, 2);
    expect(ended.code).toBe(0);
    for (const line of [
      '0 of 2 workers have joined\n', /worker-2 \(process \d+ on .+\) has come and loads its data/,
      /2 of 2 workers have joined: worker-1 \(process \d+ on .+\), worker-2 \(/,
    ]) expect(ended.output).toMatch(line);
    expect(existsSync(join(runs, 'loopback/join-token'))).toBe(false);
  }, 60_000);

  it('joins a run that is under way and leaves it again, which changes no bit', async () => {
    const flags = ['train', ...SMALL, '--rounds', '100', '--heartbeat-seconds', '0.25'];
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
    const shared = await lethe([...flags, '--name', 'shared', '--listen', `tcp://127.0.0.1:${await freePort()}`], (text) => {
      join = /npx lethe worker (--join .+)\n/.exec(text)?.[1]?.split(' ') ?? join;
      while (turns[0]?.when.test(text) === true) turns.shift()?.act();
    });
    await joining;
    expect([shared.code, turns], shared.output).toEqual([0, []]);
    expect((await lethe([...flags, '--name', 'unshared'])).code).toBe(0);
    expect(weights('shared')).toBe(weights('unshared'));
  }, 90_000);

  it.runIf(outside !== undefined)('joins from outside with the run\'s keys, and not without', async () => {
    const ended = await runAndJoin('outside', outside ?? '', async (flags) => {
      const token = flags.indexOf('--token-file');
      const forged = flags.with(token, '--token').with(token + 1, `T${'A'.repeat(86)}`);
      const stranger = await lethe(['worker', ...forged]);
      expect(stranger.code).not.toBe(0);
      expect(stranger.output).toMatch(/warning: --token can be seen by every user[^]+refuses us/);
      const plain = await lethe(['worker', ...flags.slice(0, 2), '--insecure-plaintext']);
      expect(plain.code).not.toBe(0);
      expect((await lethe(['worker', ...flags])).code).toBe(0);
    });
    expect(ended.code).toBe(0);
  }, 90_000);
});

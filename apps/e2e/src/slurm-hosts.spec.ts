import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSmallData, NetworkHosts, SlurmCluster, whyNoHosts, whyNoSlurm } from '@lethe/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest';
import { lethe } from './lethe-process.js';

/** `npx nx run e2e:slurm` has these tests. */
const isWanted = process.env['LETHE_TEST_SLURM'] === 'all';
const why = whyNoSlurm() ?? whyNoHosts();
it.runIf(isWanted)('has a Slurm and network namespaces to be tested with', () => { expect(why).toBeNull(); });

const GUIDE = readFileSync(fileURLToPath(new URL('../../../docs/slurm.md', import.meta.url)), 'utf8');
const TEST_MS = 180_000;
/** As that of Docker: each host has it for itself, at the same address. */
const OWN_ADDRESS = '172.17.0.1';
/** Ports that the first node's processes are given. */
const PORTS = { first: 42_000, count: 800 };
/** Answers at an address on each of the ports, and takes nothing for a greeting. Its arguments are address, first port and number. */
const STRANGER = `const [host, first, count] = process.argv.slice(1);
let listening = 0;
for (let port = Number(first); port < Number(first) + Number(count); port += 1)
  require('node:net').createServer((line) => line.on('error', () => {}).end('220 another service\\r\\n')).listen(port, host, () => {
    listening += 1;
    if (listening === Number(count)) console.log('listens');
  });`;

describe.skipIf(!isWanted || why !== null)(`nodes of a real Slurm with several networks${why === null ? '' : ` (skipped: ${why})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-slurm-hosts-'));
  const runs = join(folder, 'runs');
  let network: NetworkHosts;
  let cluster: SlurmCluster;
  /** Weights of the run that is played here. */
  let expected: Promise<string>;
  const ends: (() => void | Promise<void>)[] = [];
  beforeAll(async () => {
    makeSmallData(join(folder, 'data'));
    const nodes = ['a', 'b', 'c'];
    network = await NetworkHosts.start({
      names: ['login', ...nodes],
      networks: {
        docker0: Object.fromEntries(['login', ...nodes].map((name) => [name, OWN_ADDRESS])),
        fast0: { a: '10.88.0.2', c: '10.88.0.4' },
      },
    });
    ends.unshift(() => { network.end(); });
    await startStranger();
    cluster = await SlurmCluster.start({ nodes, hosts: { network, login: 'login' }, cores: 2, gpus: 0, environment: process.env });
    ends.unshift(() => cluster.close());
    expected = lethe(['train', ...SMALL, '--workers', '1', '--name', 'local']).then(({ code, output }) => {
      expect(code, output).toBe(0);
      return weights('local');
    });
    expected.catch(() => undefined); // thrown where it is awaited
  }, TEST_MS);
  beforeEach(() => { onTestFailed(async () => { process.stderr.write(`${await cluster.report()}\n`); }); });
  afterAll(async () => {
    for (const end of ends) await end();
    rmSync(folder, { recursive: true, force: true });
  }, TEST_MS);

  /** Has somebody else answer on the third node at the address that every node has, at whatever port the coordinator is given. */
  const startStranger = async (): Promise<void> => {
    const on = (host: string, ...command: readonly string[]): ChildProcess => {
      const [first = '', ...rest] = [...network.on(host), ...command];
      return spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    };
    const last = PORTS.first + PORTS.count - 1;
    await once(on('a', 'sh', '-c', `echo ${PORTS.first} ${last} >/proc/sys/net/ipv4/ip_local_port_range`), 'close');
    const stranger = on('c', process.execPath, '-e', STRANGER, OWN_ADDRESS, `${PORTS.first}`, `${PORTS.count}`);
    if (stranger.stdout !== null) await once(stranger.stdout, 'data');
  };

  const SMALL = [
    '--recipe', 'quick', '--data-dir', join(folder, 'data'), '--batch-size', '16', '--held-out', '0', '--no-grid', '--no-evaluation',
    '--rounds', '20', '--runs-dir', runs,
  ];
  /** Has a run played by a job that is submitted on the login node. @returns when it is over */
  const play = async (run: string, ...argv: readonly string[]): Promise<void> => {
    const node = [...cluster.onLogin, 'env', `SLURM_CONF=${cluster.environment['SLURM_CONF'] ?? ''}`, process.execPath];
    const submitted = await lethe(
      ['train', '--on', 'slurm', '--workers', '3', '--cores-per-worker', '2', ...SMALL, '--name', run, ...argv], undefined, node,
    );
    const job = /^job (\d+) of Slurm/m.exec(submitted.output)?.[1];
    expect(job, submitted.output).toBeDefined();
    const state = (): Promise<string> => cluster.command('squeue', '--noheader', '--states=all', `--jobs=${job ?? ''}`, '--format=%T');
    await expect.poll(state, { timeout: 120_000 }).not.toMatch(/PENDING|RUNNING|CONFIGURING|COMPLETING/);
    expect(await state(), textOf(run, 'job/output.txt')).toBe('COMPLETED');
  };
  const textOf = (run: string, file: string): string => readFileSync(join(runs, run, file), 'utf8');
  const weights = (run: string): string => (JSON.parse(textOf(run, 'summary.json')) as { weights_sha256: string }).weights_sha256;
  /** Lines of a process's log. */
  const logOf = (run: string, name: string): { event?: string; address?: string; controlAddresses?: string[] }[] =>
    textOf(run, `logs/${name}.jsonl`).trimEnd().split('\n').map((line) => JSON.parse(line) as object);
  /** Hosts at which the workers have reached the coordinator, by the node that they are on. */
  const reached = (run: string): Record<string, string> => {
    const places = [...textOf(run, 'job/output.txt').matchAll(/^(worker-\d) starts on (\w)$/gm)];
    return Object.fromEntries(places.map(([, worker = '', node = '']) => {
      const first = logOf(run, worker).find(({ event }) => event === 'connected');
      return [node, new URL(first?.address ?? '').hostname];
    }));
  };
  /** Addresses at which processes of a run were to try to reach the coordinator. */
  const offered = (run: string): URL[] => (
    (logOf(run, 'parameter-server-1').find(({ controlAddresses }) => controlAddresses !== undefined)?.controlAddresses ?? [])
      .map((address) => new URL(address))
  );

  it('reach the coordinator over a network that leads to it, each over its own, with the bits of a local run', async () => {
    await play('run');
    const [wrong, ...others] = offered('run');
    expect([wrong, ...others].slice(0, 3).map((address) => address?.hostname)).toEqual([OWN_ADDRESS, '10.88.0.2', network.addressOf('a')]);
    // At the first of them the stranger listens on the third node.
    expect(Number(wrong?.port) - PORTS.first).toBeLessThan(PORTS.count);
    expect(reached('run')).toEqual({ a: OWN_ADDRESS, b: network.addressOf('a'), c: '10.88.0.2' });
    expect(weights('run')).toBe(await expected);
  }, TEST_MS);

  it('reach it over the interface that is named, and no other', async () => {
    expect(GUIDE).toContain('`--listen tcp://eth0:0`');
    await play('named', '--listen', 'tcp://eth0:0');
    const address = network.addressOf('a');
    expect(offered('named').map(({ hostname }) => hostname)).toEqual([address]);
    expect(reached('named')).toEqual({ a: address, b: address, c: address });
    expect(weights('named')).toBe(await expected);
  }, TEST_MS);
});

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeMessage, encodeMessage, newIncarnation, sliceOf, type MessageBody, type Origin } from '@lethe/protocol';
import { createZeroMqTransport, type Listener } from '@lethe/transport';
import type { PeersAnswer, PeersOrder } from './peers.js';
import { WORKSPACE } from '../workspace.js';
import { configOf, GROUP, RUN_ID, SCHEMA_HASH, type SyntheticRun } from './synthetic-run.js';

export interface ScaleCase {
  readonly workers: number;
  readonly servers: number;
  /** Of float32 parameters. */
  readonly megabytes: number;
}

export interface ScaleRow extends ScaleCase {
  /** Megabytes a second, in and out, that the servers move. */
  readonly servedMBs: number;
  /** That a bare echo moves with the same peers and frames; null with several servers. */
  readonly echoedMBs: number | null;
  /** Most memory that a server had. */
  readonly residentMB: number;
  /** 120 MB and eight times its slice. */
  readonly boundMB: number;
}

/** How a run starts its servers. */
const { 'parameter-server': SERVER } = JSON.parse(readFileSync(join(WORKSPACE, 'infra/local-cluster.json'), 'utf8')) as { readonly 'parameter-server': { readonly nodeFlags: readonly string[]; readonly environment: Readonly<Record<string, string>> } };
const SHARDS = 64;
const MEGABYTE = 1e6;
/** Enough bytes for a rate, not so many that it takes minutes. */
const BYTES_TO_MOVE = 3e9;
const MOST_ROUNDS = 200;

/** Measures one case: first the servers, then the echo. */
export async function measureScale({ workers, servers, megabytes }: ScaleCase, effort = 1): Promise<ScaleRow> {
  const run: SyntheticRun = { length: Math.round((megabytes * MEGABYTE) / 4), shards: SHARDS };
  const bytesPerRound = 2 * workers * 4 * run.length;
  const rounds = Math.max(2, Math.min(MOST_ROUNDS, Math.ceil((effort * BYTES_TO_MOVE) / bytesPerRound)));
  const order: Omit<PeersOrder, 'what' | 'addresses'> = { run, workers, warmupRounds: 1, rounds };
  const rate = (seconds: number): number => (bytesPerRound * rounds) / seconds / MEGABYTE;
  const folder = mkdtempSync(join(tmpdir(), 'lethe-scale-'));
  try {
    const served = await serve(folder, run, servers, (addresses) => play({ ...order, what: 'servers', addresses }));
    const echoed = servers === 1 ? rate(await echo(folder, (address) => play({ ...order, what: 'echo', addresses: [address] }))) : null;
    const slice = sliceOf(run.length, 0, servers);
    return { workers, servers, megabytes, servedMBs: rate(served.seconds), echoedMBs: echoed, residentMB: served.residentMB, boundMB: 120 + (8 * 4 * (slice.to - slice.from)) / MEGABYTE };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(program: string, argument: string): ChildProcess {
  return fork(fileURLToPath(new URL(`../../../dist/bench/scale/${program}.js`, import.meta.url)), [argument], { execArgv: [...SERVER.nodeFlags], env: { ...process.env, ...SERVER.environment } });
}

async function play(order: PeersOrder): Promise<number> {
  const peers = start('peers-process', JSON.stringify(order));
  const ended = once(peers, 'exit').then(([code]) => { throw new Error(`the simulated workers ended with ${String(code)}`); });
  const [answer] = await Promise.race([once(peers, 'message'), ended]) as [PeersAnswer];
  ended.catch(() => undefined);
  return answer.seconds;
}

async function echo(folder: string, use: (address: string) => Promise<number>): Promise<number> {
  const address = `ipc://${join(folder, 'echo')}`;
  const process = start('echo-process', address);
  try {
    await once(process, 'message');
    return await use(address);
  } finally {
    process.kill('SIGKILL');
  }
}

/** Plays the coordinator for servers of one group: welcomes them and has them load zeros. */
async function serve(folder: string, run: SyntheticRun, servers: number, use: (addresses: readonly string[]) => Promise<number>): Promise<{ seconds: number; residentMB: number }> {
  const controlAddress = `ipc://${join(folder, 'control')}`;
  const listener = await createZeroMqTransport().listen(controlAddress);
  const names = Array.from({ length: servers }, () => newIncarnation());
  const addresses = names.map((_, index) => `ipc://${join(folder, `data-${index}`)}`);
  const processes = names.map((incarnation, index) => start('server-process', JSON.stringify({ controlAddress, dataAddress: addresses[index], incarnation, run })));
  try {
    await welcome(listener, run, { names, addresses });
    const seconds = await use(addresses);
    return { seconds, residentMB: Math.max(...processes.map(({ pid = 0 }) => mostResidentMB(pid))) };
  } finally {
    for (const process of processes) process.kill('SIGKILL');
    await listener.close();
  }
}

async function welcome(listener: Listener, run: SyntheticRun, { names, addresses }: { names: readonly string[]; addresses: readonly string[] }): Promise<void> {
  const origin: Origin = { runId: RUN_ID, epoch: 1, sender: 'coordinator', incarnation: newIncarnation() };
  const send = (peer: string, body: MessageBody): Promise<void> => listener.send(peer, encodeMessage({ origin, body }));
  const servers = addresses.map((address, index) => ({ index, address }));
  let [registered, loaded] = [0, 0];
  const ready = new Promise<void>((resolve, reject) => {
    const serve = async (): Promise<void> => {
      for await (const { peer, frames } of listener.messages) {
        const { body } = decodeMessage(frames);
        const index = names.indexOf(peer);
        if (body.kind === 'failed') reject(new Error(body.message));
        if (body.kind === 'register') {
          registered += 1;
          if (registered < names.length) continue;
          for (const [other, name] of names.entries()) await send(name, { kind: 'welcome', name: `parameter-server-${other + 1}`, index: other, schemaHash: SCHEMA_HASH, configJson: JSON.stringify(configOf(run)), dataJson: '{}', servers });
        }
        if (body.kind === 'ready') {
          const { from, to } = sliceOf(run.length, index, names.length);
          await send(peer, { kind: 'loadState', state: { group: GROUP, version: 0, values: new Float32Array(to - from), slots: {}, scalars: {}, statistics: index === 0 ? new Float32Array(0) : null } });
        }
        if (body.kind === 'stateLoaded') loaded += 1;
        if (loaded === names.length) resolve();
      }
    };
    serve().catch(reject);
  });
  await ready;
}

function mostResidentMB(processId: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1];
  return (Number(kilobytes) * 1024) / MEGABYTE;
}

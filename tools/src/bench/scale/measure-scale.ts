import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usableCores } from '@lethe/config';
import { decodeMessage, encodeMessage, newIncarnation, piecesOf, sliceOf, type MessageBody, type Origin } from '@lethe/protocol';
import { createZeroMqTransport, type Listener } from '@lethe/transport';
import type { WorkersMessage, WorkersOrder } from './messages.js';
import { nextMessage, startProgram, untilEnd } from './program.js';
import { configOf, GROUP, RUN_ID, SCHEMA_HASH, type SyntheticRun } from './synthetic-run.js';

export interface ScaleCase {
  readonly workers: number;
  readonly servers: number;
  /** Size of the float32 parameters. */
  readonly megabytes: number;
}

export interface ScaleRow extends ScaleCase {
  /** Megabytes a second that the servers receive and send. */
  readonly servedMBs: number;
  /** The same of as many echoes, with the same workers and frames. */
  readonly echoedMBs: number;
  /** Greatest memory of a server. */
  readonly residentMB: number;
  /** 120 MB and eight times its slice. */
  readonly boundMB: number;
}

const SHARDS = 64;
const MEGABYTE = 1e6;
/** Enough for a steady rate, and few enough not to take minutes. */
const BYTES_TO_MOVE = 3e9;
const MOST_ROUNDS = 200;
/** Cores of a process with simulated workers: one for the workers, one for ZeroMQ. */
const CORES_OF_PROCESS = 2;

/** Measures one case: first the servers, then as many echoes. */
export async function measureScale({ workers, servers, megabytes }: ScaleCase, effort = 1): Promise<ScaleRow> {
  const run: SyntheticRun = { length: Math.round((megabytes * MEGABYTE) / 4), shards: SHARDS };
  const bytesPerRound = 2 * workers * 4 * run.length;
  const rounds = Math.max(2, Math.min(MOST_ROUNDS, Math.ceil((effort * BYTES_TO_MOVE) / bytesPerRound)));
  const order = { run, workers, warmupRounds: 1, rounds };
  const rate = (seconds: number): number => (bytesPerRound * rounds) / seconds / MEGABYTE;
  const folder = mkdtempSync(join(tmpdir(), 'lethe-scale-'));
  try {
    const served = await serve(folder, run, servers, (addresses) => playWorkers({ ...order, what: 'servers', addresses }));
    const echoed = await echo(folder, servers, (addresses) => playWorkers({ ...order, what: 'echo', addresses }));
    const slice = sliceOf(run.length, 0, servers);
    return {
      workers,
      servers,
      megabytes,
      servedMBs: rate(served.seconds),
      echoedMBs: rate(echoed),
      residentMB: served.residentMB,
      boundMB: 120 + (8 * 4 * (slice.to - slice.from)) / MEGABYTE,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Plays all workers of a measurement, in as many processes as the machine has cores for.
 *
 * @returns the seconds that the measured rounds took
 */
async function playWorkers(order: Omit<WorkersOrder, 'from' | 'to'>): Promise<number> {
  const count = Math.min(order.workers, Math.max(1, Math.floor(usableCores() / CORES_OF_PROCESS)));
  const edge = (index: number): number => Math.round((index * order.workers) / count);
  const programs = Array.from({ length: count }, (_, index) =>
    startProgram('workers-process', JSON.stringify({ ...order, from: edge(index), to: edge(index + 1) } satisfies WorkersOrder)),
  );
  try {
    await Promise.all(programs.map((program) => nextMessage<WorkersMessage>(program)));
    const messages = programs.map((program) => nextMessage<WorkersMessage>(program));
    for (const program of programs) program.send('go');
    const played = (await Promise.all(messages)).filter((message) => message.kind === 'played');
    const began = played.reduce((first, { beganMs }) => Math.min(first, beganMs), Infinity);
    return (played.reduce((last, { endedMs }) => Math.max(last, endedMs), 0) - began) / 1000;
  } finally {
    for (const program of programs) program.kill('SIGKILL');
  }
}

async function echo(folder: string, count: number, use: (addresses: readonly string[]) => Promise<number>): Promise<number> {
  const addresses = Array.from({ length: count }, (_, index) => `ipc://${join(folder, `echo-${index}`)}`);
  const echoes = addresses.map((address) => startProgram('echo-process', address));
  try {
    await Promise.all(echoes.map((program) => nextMessage(program)));
    return await use(addresses);
  } finally {
    for (const program of echoes) program.kill('SIGKILL');
  }
}

/** Plays the coordinator for servers of one group: welcomes them and has them load zeros. */
async function serve(
  folder: string,
  run: SyntheticRun,
  servers: number,
  use: (addresses: readonly string[]) => Promise<number>,
): Promise<{ seconds: number; residentMB: number }> {
  const controlAddress = `ipc://${join(folder, 'control')}`;
  const listener = await createZeroMqTransport().listen(controlAddress);
  const names = Array.from({ length: servers }, () => newIncarnation());
  const addresses = names.map((_, index) => `ipc://${join(folder, `data-${index}`)}`);
  const processes = names.map((incarnation, index) =>
    startProgram('server-process', JSON.stringify({ controlAddress, dataAddress: addresses[index], incarnation, run })),
  );
  try {
    const seconds = await untilEnd(processes, async () => {
      await welcome(listener, run, { names, addresses });
      return use(addresses);
    });
    return { seconds, residentMB: processes.reduce((most, { pid = 0 }) => Math.max(most, mostResidentMB(pid)), 0) };
  } finally {
    for (const process of processes) process.kill('SIGKILL');
    await listener.close();
  }
}

async function welcome(
  listener: Listener,
  run: SyntheticRun,
  { names, addresses }: { names: readonly string[]; addresses: readonly string[] },
): Promise<void> {
  const origin: Origin = { runId: RUN_ID, epoch: 1, sender: 'coordinator', incarnation: newIncarnation() };
  const send = (peer: string, body: MessageBody): Promise<void> => listener.send(peer, encodeMessage({ origin, body }));
  const servers = addresses.map((address, index) => ({ index, address, incarnation: names[index] ?? '' }));
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
          for (const [other, name] of names.entries())
            await send(name, {
              kind: 'welcome',
              name: `parameter-server-${other + 1}`,
              index: other,
              schemaHash: SCHEMA_HASH,
              code: [],
              configJson: JSON.stringify(configOf(run)),
              dataJson: '{}',
              servers,
            });
        }
        if (body.kind === 'ready' || body.kind === 'stateLoaded') {
          const next = piecesOf(sliceOf(run.length, index, names.length)).find(({ from }) => body.kind === 'ready' || from > body.offset);
          if (next === undefined) loaded += 1;
          else
            await send(peer, {
              kind: 'loadState',
              offset: next.from,
              state: {
                group: GROUP,
                version: 0,
                values: new Float32Array(next.to - next.from),
                slots: {},
                scalars: {},
                statistics: index === 0 ? new Float32Array(0) : null,
              },
            });
        }
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

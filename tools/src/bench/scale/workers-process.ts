// Simulated workers without compute: each pushes its node of the tree and pulls the next version, or sends as many bytes to echoes.
import { once } from 'node:events';
import { chunksOf, newIncarnation, sliceOf } from '@lethe/protocol';
import { ParameterClient } from '@lethe/worker';
import { createZeroMqTransport } from '@lethe/transport';
import { Dealer } from 'zeromq';
import { ECHO_SOCKET, type WorkersOrder, type WorkersMessage } from './messages.js';
import { layoutOf, RUN_ID, SCHEMA_HASH } from './synthetic-run.js';

const order = JSON.parse(process.argv[2] ?? '{}') as WorkersOrder;
const { addresses, run, workers } = order;
const layout = layoutOf(run);
const gradient = new Float32Array(run.length).fill(1e-3);
/** All workers of the process pull into the same memory, since real workers would have a machine of their own. */
const pulled = new Float32Array(run.length);

/** One round of a worker, after which the servers have this version. */
type Round = (version: number) => Promise<void>;

async function worker(index: number): Promise<Round> {
  const incarnation = newIncarnation();
  const client = await ParameterClient.connect({
    transport: createZeroMqTransport(), addresses, trust: {}, schemaHash: SCHEMA_HASH, connections: 1, deadlineMs: 600_000,
    origin: { runId: RUN_ID, epoch: 1, sender: `worker-${index + 1}`, incarnation },
    onRefused: (error) => { throw error; },
  });
  const count = run.shards / workers;
  return async (version) => {
    const pull = client.pull(layout, version, pulled);
    await client.push({
      step: { round: version - 1, phase: 0, innerStep: 0 },
      layout,
      version,
      node: { first: index * count, count },
      generation: 1,
      gradient,
      summary: new Float32Array(0),
    });
    await pull.complete;
  };
}

/** Every echo has the slice that a server would have. */
function echoed(): Round {
  const echoes = addresses.map((address, index) => {
    const dealer = new Dealer(ECHO_SOCKET);
    dealer.connect(address);
    return { dealer, chunks: chunksOf(sliceOf(run.length, index, addresses.length)) };
  });
  return async () => {
    await Promise.all(echoes.flatMap(({ dealer, chunks }) => {
      const send = async (): Promise<void> => {
        for (const { from, to } of chunks) await dealer.send(Buffer.from(gradient.buffer, 4 * from, 4 * (to - from)));
      };
      const receive = async (): Promise<void> => {
        for (const { from } of chunks) {
          const [frame] = await dealer.receive();
          if (frame !== undefined) pulled.set(new Float32Array(frame.buffer, frame.byteOffset, frame.byteLength / 4), from);
        }
      };
      return [send(), receive()];
    }));
  };
}

function report(message: WorkersMessage): void {
  process.send?.(message);
}

const indices = Array.from({ length: order.to - order.from }, (_, index) => order.from + index);
const rounds = order.what === 'echo' ? indices.map(echoed) : await Promise.all(indices.map(worker));
report({ kind: 'connected' });
await once(process, 'message');
let beganMs = Date.now();
for (let version = 1; version <= order.warmupRounds + order.rounds; version += 1) {
  if (version === order.warmupRounds + 1) beganMs = performance.timeOrigin + performance.now();
  await Promise.all(rounds.map((round) => round(version)));
}
report({ kind: 'played', beganMs, endedMs: performance.timeOrigin + performance.now() });

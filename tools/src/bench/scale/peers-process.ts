// Simulated workers without compute: each pushes its blocks and pulls the version that they make, or sends as much to an echo.
import { chunksOf, newIncarnation } from '@lethe/protocol';
import { ParameterClient } from '@lethe/training';
import { createZeroMqTransport } from '@lethe/transport';
import { Dealer } from 'zeromq';
import { PIPE_MESSAGES, type PeersAnswer, type PeersOrder } from './peers.js';
import { layoutOf, RUN_ID, SCHEMA_HASH } from './synthetic-run.js';

const order = JSON.parse(process.argv[2] ?? '{}') as PeersOrder;
const { run, workers } = order;
const layout = layoutOf(run);
const gradient = new Float32Array(run.length).fill(1e-3);
/** All pull into the same memory: real workers have a machine of their own. */
const pulled = new Float32Array(run.length);

interface Peer {
  round(version: number): Promise<void>;
  close(): Promise<void>;
}

async function worker(index: number): Promise<Peer> {
  const incarnation = newIncarnation();
  const client = await ParameterClient.connect({
    transport: createZeroMqTransport(), addresses: order.addresses, trust: {}, schemaHash: SCHEMA_HASH, deadlineMs: 600_000,
    origin: { runId: RUN_ID, epoch: 1, sender: `worker-${index + 1}`, incarnation },
    onRefused: (error) => { throw error; },
  });
  const count = run.shards / workers;
  return {
    round: async (version) => {
      const pull = client.pull(layout, version, pulled);
      await client.push({ step: { round: version - 1, phase: 0, turn: 0 }, layout, version, block: { first: index * count, count }, gradient, summary: new Float32Array(0) });
      await pull.complete;
    },
    close: () => client.close(),
  };
}

function echoed(): Peer {
  const dealer = new Dealer({ sendHighWaterMark: PIPE_MESSAGES, receiveHighWaterMark: PIPE_MESSAGES });
  dealer.connect(order.addresses[0] ?? '');
  const chunks = chunksOf({ from: 0, to: run.length });
  const receive = async (): Promise<void> => {
    for (const { from } of chunks) {
      const [frame] = await dealer.receive();
      if (frame !== undefined) pulled.set(new Float32Array(frame.buffer, frame.byteOffset, frame.byteLength / 4), from);
    }
  };
  const send = async (): Promise<void> => {
    for (const { from, to } of chunks) await dealer.send(Buffer.from(gradient.buffer, 4 * from, 4 * (to - from)));
  };
  return {
    round: async () => { await Promise.all([send(), receive()]); },
    close: () => { dealer.close(); return Promise.resolve(); },
  };
}

const peers = await Promise.all(Array.from({ length: workers }, (_, index) => (order.what === 'echo' ? Promise.resolve(echoed()) : worker(index))));
let started = performance.now();
for (let version = 1; version <= order.warmupRounds + order.rounds; version += 1) {
  if (version === order.warmupRounds + 1) started = performance.now();
  await Promise.all(peers.map((peer) => peer.round(version)));
}
const answer: PeersAnswer = { seconds: (performance.now() - started) / 1000 };
process.send?.(answer, () => { void Promise.all(peers.map((peer) => peer.close())).then(() => process.exit(0)); });

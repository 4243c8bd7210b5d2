import {
  decodeMessage, encodeMessage, MessageCutter, PartsJoiner, type Frames, type GroupLayout, type Message, type Origin,
} from '@lethe/protocol';
import { createZeroMqTransport, type Incoming, type Listener } from '@lethe/transport';
import { afterEach, describe, expect, it } from 'vitest';
import { ParameterClient } from './parameter-client.js';

const LAYOUT: GroupLayout = {
  name: 'encoder', length: 1001, statisticsLength: 0, statistics: [],
  segments: [{ name: 'encoder.weight', network: 'encoder', shape: [1001], offset: 0, length: 1001 }],
};
const ORIGIN: Origin = { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'worker' };
const VALUES = Float32Array.from({ length: LAYOUT.length }, (_, index) => index / 8);
const LANES = ['worker', 'worker~lane1', 'worker~lane2'];

const transport = createZeroMqTransport();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => { await Promise.all(open.splice(0).map((end) => end.close())); });

/** The test is the server. */
async function listen(address = 'tcp://127.0.0.1:*'): Promise<{ listener: Listener; next: () => Promise<Incoming> }> {
  const listener = await transport.listen(address, { insecurePlaintext: true });
  open.push(listener);
  const messages = listener.messages[Symbol.asyncIterator]();
  return { listener, next: async () => (await messages.next()).value as Incoming };
}

async function connect(address: string): Promise<ParameterClient> {
  const client = await ParameterClient.connect({
    transport, addresses: [address], origin: ORIGIN, trust: { insecurePlaintext: true }, schemaHash: 'schema', connections: LANES.length,
    deadlineMs: 50_000, onRefused: (error) => { throw error; },
  });
  open.push(client);
  await client.reached(() => undefined);
  return client;
}

function pullIn({ frames }: Incoming): Extract<Message['body'], { kind: 'pull' }> {
  const { body } = decodeMessage(frames);
  if (body.kind !== 'pull') throw new Error(`expected a pull, found ${body.kind}`);
  return body;
}

/** The answer to a pull, by lanes. */
function answer(request: number, cutter = new MessageCutter()): Frames[] {
  const origin: Origin = { ...ORIGIN, sender: 'parameter-server 1', incarnation: 'server' };
  return cutter.cut(encodeMessage({
    origin, body: {
      kind: 'parameters', request, group: LAYOUT.name, version: 1, offset: 0, values: VALUES, statistics: null, committed: true, heldMs: 0,
    },
  }), LANES.length);
}

describe('a worker with several connections to a server', () => {
  it('sends a gradient by all of them, and reads a version that comes by all of them', async () => {
    const { listener, next } = await listen();
    const client = await connect(listener.address);
    const into = new Float32Array(LAYOUT.length);
    await client.push({
      step: { round: 0, phase: 0, innerStep: 0 }, layout: LAYOUT, version: 1, node: { first: 0, count: 1 }, generation: 1,
      gradient: VALUES, summary: Float32Array.of(1, 2),
    });
    const { complete } = client.pull(LAYOUT, 1, into);
    const [joiner, parts] = [new PartsJoiner(), new Map<string, Frames>()];
    let [request, whole]: [number, Frames | null] = [0, null];
    while (request === 0 || whole === null) {
      const incoming = await next();
      if (incoming.frames[0]?.[0] === 0) {
        parts.set(incoming.peer, incoming.frames);
        whole ??= joiner.join(incoming.frames);
      } else ({ request } = pullIn(incoming));
    }
    expect([...parts.keys()].sort()).toEqual(LANES);
    expect(decodeMessage(whole).body).toMatchObject({ kind: 'push', gradient: VALUES, summary: Float32Array.of(1, 2) });
    for (const [lane, frames] of answer(request).entries()) await listener.send(LANES[lane]!, frames);
    await complete;
    expect(into).toEqual(VALUES);
  });

  it('asks again by each that broke, once it is there again, for what it still waits for', async () => {
    const before = await listen();
    const client = await connect(before.listener.address);
    const into = new Float32Array(LAYOUT.length);
    const { complete } = client.pull(LAYOUT, 1, into);
    const { request } = pullIn(await before.next());
    await before.listener.send(LANES[0]!, answer(request)[0]!);
    await before.listener.close();
    const after = await listen(before.listener.address);
    const asked = new Map<string, number>();
    while (asked.size < LANES.length) {
      const incoming = await after.next();
      asked.set(incoming.peer, pullIn(incoming).request);
    }
    expect([...asked].sort()).toEqual(LANES.map((lane) => [lane, request]));
    for (const [lane, frames] of answer(request).entries()) await after.listener.send(LANES[lane]!, frames);
    await complete;
    expect(into).toEqual(VALUES);
  });
});

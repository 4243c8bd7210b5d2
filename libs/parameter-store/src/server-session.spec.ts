import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OptimizerConfig } from '@lethe/config';
import { combineSummaries, sumTree, type Optimization } from '@lethe/optim';
import {
  alignedNodes, chunksOf, decodeMessage, encodeMessage, laneIdentity, MessageCutter, PartsJoiner, sliceOf,
  type FreshNetwork, type GroupLayout, type GroupState, type Message, type MessageBody,
  type Origin, type Parameters, type Pull, type Push, type ServerAddress, type TreeNode,
} from '@lethe/protocol';
import { createMemoryTransport, createZeroMqTransport, type Connection, type Listener, type Transport } from '@lethe/transport';
import { afterEach, describe, expect, it } from 'vitest';
import { initialOptimizerState } from './group-optimizer.js';
import { runParameterServer } from './server-session.js';

const SHARDS = 8;
const schedule = { kind: 'cosine', warmupRounds: 1, finalFactor: 0.5, until: 1 } as const;
const ADAM: OptimizerConfig = { kind: 'adam', learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, schedule };
const SGD: OptimizerConfig = { kind: 'sgd', learningRate: 1e-1, momentum: 0.9, schedule };

/** Six norm tiles, two chunks, networks and segments that end within tiles. */
const LAYOUT: GroupLayout = {
  name: 'autoencoder', length: 330_000, statisticsLength: 6,
  segments: [
    { name: 'encoder.weight', network: 'encoder', shape: [100_000], offset: 0, length: 100_000 },
    { name: 'encoder.bias', network: 'encoder', shape: [50_000], offset: 100_000, length: 50_000 },
    { name: 'decoder.weight', network: 'decoder', shape: [180_000], offset: 150_000, length: 180_000 },
  ],
  statistics: [
    { name: 'encoder.norm', network: 'encoder', channels: 1, offset: 0, samples: 64, momentum: 0.1 },
    { name: 'decoder.norm', network: 'decoder', channels: 2, offset: 2, samples: 128, momentum: 0.1 },
  ],
};
const HASH = 'schema';
const ORIGIN: Origin = { runId: 'run', epoch: 3, sender: 'test', incarnation: 'coordinator' };

/** Park-Miller numbers in [-scale / 2, scale / 2): the same everywhere. */
function numbers(seed: number, length: number, scale = 1): Float32Array {
  const values = new Float32Array(length);
  let state = seed + 1;
  for (let index = 0; index < length; index += 1) {
    state = (state * 48_271) % 2_147_483_647;
    values[index] = (state / 2_147_483_647 - 0.5) * scale;
  }
  return values;
}

function joined(vectors: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(vectors.reduce((length, vector) => length + vector.length, 0));
  let offset = 0;
  for (const vector of vectors) {
    whole.set(vector, offset);
    offset += vector.length;
  }
  return whole;
}

/** Equality of long vectors, which a test library's own takes seconds for. */
function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

const gradients = new Map<string, Float32Array>();
function shardGradient(version: number, shard: number): Float32Array {
  const key = `${version} ${shard}`;
  const gradient = gradients.get(key) ?? numbers(1000 * version + shard, LAYOUT.length, 0.1);
  gradients.set(key, gradient);
  return gradient;
}
const START = numbers(42, LAYOUT.length);
/** Means, biased variances, two losses. */
const shardSummary = (version: number, shard: number): Float32Array =>
  numbers(77 * version + shard, 8, 0.5).map((value, index) => ([1, 4, 5].includes(index) ? Math.abs(value) : value));

/** Both networks by one optimiser, nothing averaged. */
function optimization(optimizer: OptimizerConfig): Optimization {
  return { optimizers: { encoder: optimizer, decoder: optimizer }, averaging: null, averagedNetworks: [] };
}

function startState(optimizer: OptimizerConfig): GroupState {
  return {
    group: LAYOUT.name,
    version: 0,
    values: START,
    ...initialOptimizerState(LAYOUT, optimization(optimizer)),
    statistics: Float32Array.of(0, 1, 0, 0, 1, 1),
  };
}

/** Messages that have arrived; a test waits for those that it needs, in any order. */
class Inbox {
  readonly #messages: { from: string; body: MessageBody }[] = [];
  #look: () => void = () => undefined;

  put(from: string, body: MessageBody): void {
    this.#messages.push({ from, body });
    this.#look();
  }

  async next<K extends MessageBody['kind']>(kind: K, from?: string): Promise<Extract<MessageBody, { kind: K }>> {
    for (;;) {
      const index = this.#messages.findIndex((message) => message.body.kind === kind && (from === undefined || message.from === from));
      if (index >= 0) return this.#messages.splice(index, 1)[0]!.body as Extract<MessageBody, { kind: K }>;
      await new Promise<void>((resolve) => (this.#look = resolve));
    }
  }

  count(kind: MessageBody['kind']): number {
    return this.#messages.filter(({ body }) => body.kind === kind).length;
  }
}

interface RunOptions {
  readonly servers: number;
  readonly optimizer?: OptimizerConfig;
  readonly clipNorm?: number | null;
  readonly averaging?: number | null;
  readonly transport?: Transport;
  readonly address?: (name: string) => string;
  readonly welcomeHash?: string;
  /** Of the worker to each server. */
  readonly lanes?: number;
  /** What starts afresh with every version. */
  readonly fresh?: ReadonlyMap<string, FreshNetwork>;
}

/** The worker's connections to a server. */
class WorkerLanes {
  readonly cutter = new MessageCutter();
  readonly joiner = new PartsJoiner();
  constructor(readonly lanes: readonly Connection[]) {}
}

/** Real servers in this process; the test is their coordinator and their worker. */
class TestRun {
  readonly inbox = new Inbox();
  readonly replies = new Inbox();
  readonly ended: Promise<void>[] = [];
  readonly aborts: AbortController[] = [];
  #control!: Listener;
  #workers: WorkerLanes[] = [];
  #addresses: ServerAddress[] = [];

  private constructor(private readonly options: Required<RunOptions>) {}

  static async start(options: RunOptions): Promise<TestRun> {
    const run = new TestRun({
      optimizer: ADAM,
      clipNorm: null,
      averaging: null,
      transport: createMemoryTransport(),
      address: (name) => `memory://${name}`,
      welcomeHash: HASH,
      lanes: 1,
      fresh: new Map(),
      ...options,
    });
    running.push(run);
    await run.#start();
    return run;
  }

  async #start(): Promise<void> {
    const { servers, transport, address } = this.options;
    this.#control = await transport.listen(address('control'));
    void this.#listen();
    const addresses: ServerAddress[] = [];
    for (let index = 0; index < servers; index += 1) {
      const abort = new AbortController();
      this.aborts.push(abort);
      const ended = runParameterServer({
        transport,
        controlAddress: this.#control.address,
        dataAddress: address(`data${index}`),
        runId: 'run',
        epoch: 3,
        incarnation: `server${index}`,
        listenerTrust: {},
        memberTrust: {},
        host: 'here',
        processId: index,
        signal: abort.signal,
        planOf: (config) => ({
          layouts: [LAYOUT],
          schemaHash: HASH,
          totalRounds: 10,
          optimization: {
            ...optimization((config as unknown as { optimizer: OptimizerConfig }).optimizer),
            averaging: this.options.averaging,
            averagedNetworks: ['encoder'],
          },
          phases: [
            { name: 'first', trains: 'classifier', innerSteps: 1 },
            { name: 'second', trains: 'autoencoder', innerSteps: 1 },
          ],
          summaries: [{ length: 8, losses: ['first_loss', 'second_loss'] }, { length: 8, losses: ['first_loss', 'second_loss'] }],
          freshNetworks: () => this.options.fresh,
        }),
      });
      ended.catch(() => undefined);
      this.ended.push(ended);
      addresses.push({ index, incarnation: `server${index}`, address: (await this.inbox.next('register', `server${index}`)).address });
    }
    this.#addresses = addresses;
    await this.welcomeAll();
    for (const { address: server, index } of addresses) {
      const lanes: Connection[] = [];
      for (let lane = 0; lane < this.options.lanes; lane += 1) {
        lanes.push(await transport.connect(server, { identity: laneIdentity('worker', lane) }));
      }
      const worker = new WorkerLanes(lanes);
      this.#workers.push(worker);
      for (const lane of lanes) void this.#listenWorker(worker, lane, `server${index}`);
    }
  }

  async welcomeAll(origin: Partial<Origin> = {}): Promise<void> {
    const { servers, optimizer, clipNorm, welcomeHash } = this.options;
    const configJson = JSON.stringify({ optimizer, clipNorm, shards: SHARDS, cluster: { heartbeatSeconds: 1 } });
    for (let index = 0; index < servers; index += 1) {
      await this.send(
        index,
        {
          kind: 'welcome',
          name: `parameter-server-${index + 1}`,
          index,
          configJson,
          dataJson: '{}',
          schemaHash: welcomeHash,
          code: [],
          servers: this.#addresses,
        },
        origin,
      );
      if (welcomeHash === HASH) await this.inbox.next('ready', `server${index}`);
    }
  }

  sliceOf(state: GroupState, server: number): GroupState {
    const { from, to } = this.slice(server);
    const slots = Object.fromEntries(Object.entries(state.slots).map(([name, slot]) => [name, slot.slice(from, to)]));
    return { ...state, values: state.values.slice(from, to), slots, statistics: server === 0 ? state.statistics : null };
  }

  async #listen(): Promise<void> {
    for await (const { peer, frames } of this.#control.messages) this.inbox.put(peer, decodeMessage(frames).body);
  }

  async #listenWorker({ joiner }: WorkerLanes, lane: Connection, from: string): Promise<void> {
    for await (const frames of lane.messages) {
      const whole = joiner.join(frames);
      if (whole !== null) this.replies.put(from, decodeMessage(whole).body);
    }
  }

  async send(server: number, body: MessageBody, origin: Partial<Origin> = {}): Promise<void> {
    await this.#control.send(`server${server}`, encodeMessage({ origin: { ...ORIGIN, ...origin }, body }));
  }

  async sendAsWorker(server: number, body: MessageBody, origin: Partial<Origin> = {}): Promise<void> {
    const message: Message = { origin: { ...ORIGIN, sender: 'worker-1', incarnation: 'worker', ...origin }, body };
    const { lanes, cutter } = this.#workers[server]!;
    const frames = encodeMessage(message);
    // The last lane first: a server may hear of lanes in any order.
    const parts = body.kind === 'push' ? cutter.cut(frames, lanes.length) : [frames];
    for (const [lane, part] of [...parts.entries()].reverse()) await lanes[lane]!.send(part);
  }

  slice(server: number): { from: number; to: number } {
    return sliceOf(LAYOUT.length, server, this.options.servers);
  }

  async load(state: GroupState): Promise<void> {
    for (let server = 0; server < this.options.servers; server += 1) {
      await this.send(server, { kind: 'loadState', state: this.sliceOf(state, server), offset: this.slice(server).from });
      await this.inbox.next('stateLoaded', `server${server}`);
    }
  }

  async capture(version: number): Promise<GroupState> {
    const parts: GroupState[] = [];
    for (let server = 0; server < this.options.servers; server += 1) {
      await this.send(server, { kind: 'captureState', group: LAYOUT.name, version, offset: this.slice(server).from });
      parts.push((await this.inbox.next('stateCaptured', `server${server}`)).state);
    }
    const slots = Object.fromEntries(Object.keys(parts[0]!.slots).map((name) => [name, joined(parts.map((part) => part.slots[name]!))]));
    return { ...parts[0]!, values: joined(parts.map(({ values }) => values)), slots };
  }

  /** All pushes of a version for these tree nodes, to all servers, node by node. */
  pushes(version: number, nodes: readonly TreeNode[]): { server: number; push: Push }[] {
    return nodes.flatMap(({ first, count }) => {
      const shards = Array.from({ length: count }, (_, index) => first + index);
      const gradient = sumTree(shards.map((shard) => shardGradient(version, shard).slice()));
      const summary = combineSummaries(shards.map((shard) => shardSummary(version, shard)), LAYOUT);
      return Array.from({ length: this.options.servers }, (_, server) =>
        chunksOf(this.slice(server)).map((chunk) => ({
          server,
          push: {
            kind: 'push' as const,
            group: LAYOUT.name,
            version,
            round: version - 1,
            phase: 1,
            innerStep: 0,
            node: { first, count },
            offset: chunk.from,
            schemaHash: HASH,
            generation: 1,
            gradient: gradient.slice(chunk.from, chunk.to),
            summary: chunk.from === 0 ? summary : null,
          },
        })),
      ).flat();
    });
  }

  async pushAll(pushes: readonly { server: number; push: Push }[]): Promise<void> {
    for (const { server, push } of pushes) await this.sendAsWorker(server, push);
  }

  async close(): Promise<void> {
    for (let server = 0; server < this.options.servers; server += 1)
      await this.send(server, { kind: 'shutdown', reason: 'done' }).catch(() => undefined);
    await Promise.allSettled(this.ended);
    await Promise.all(this.#workers.flatMap(({ lanes }) => lanes.map((lane) => lane.close())));
    await this.#control.close();
  }
}

const running: TestRun[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((run) => run.close()));
});

function bitsOf(state: GroupState): string {
  const hash = createHash('sha256');
  const slots = Object.entries(state.slots).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const vector of [state.values, state.statistics!, ...slots.map(([, slot]) => slot)])
    hash.update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  return hash.update(JSON.stringify(Object.entries(state.scalars).sort())).digest('hex');
}

const WHOLE = [{ first: 0, count: SHARDS }];

/** Three versions: the bits of the state after them, and the lead's reports. */
async function play(run: TestRun, order: (run: TestRun, version: number) => { server: number; push: Push }[]): Promise<unknown> {
  const reports: unknown[] = [];
  for (let version = 1; version <= 3; version += 1) {
    await run.pushAll(order(run, version));
    const { losses, gradientNorm, round, phase, innerStep } = await run.inbox.next('committed');
    reports.push({ losses, gradientNorm, round, phase, innerStep });
  }
  return { bits: bitsOf(await run.capture(3)), reports };
}

describe.each([
  { name: 'Adam', optimizer: ADAM, clipNorm: null },
  { name: 'Adam, clipped', optimizer: ADAM, clipNorm: 0.5 },
  { name: 'SGD', optimizer: SGD, clipNorm: null },
  { name: 'SGD, clipped', optimizer: SGD, clipNorm: 0.5 },
])('$name: the same bits', ({ optimizer, clipNorm }) => {
  it('for any number of servers, any tree nodes, any order and duplicates', async () => {
    const started = async (servers: number, lanes = 1): Promise<TestRun> => {
      const run = await TestRun.start({ servers, optimizer, clipNorm, lanes });
      await run.load(startState(optimizer));
      return run;
    };
    const expected = await play(await started(1), (run, version) => run.pushes(version, WHOLE));
    const singles = alignedNodes(0, 1).concat([5, 3, 7, 1, 6, 2, 4].map((first) => ({ first, count: 1 })));
    expect(await play(await started(2), (run, version) => run.pushes(version, singles))).toEqual(expected);
    expect(await play(await started(2, 3), (run, version) => run.pushes(version, singles))).toEqual(expected);
    // Three workers of which two were given the same shards, and one repeats itself after the commit.
    const overlapping = [...alignedNodes(1, 4), ...alignedNodes(0, 4), ...alignedNodes(3, 8)];
    expect(await play(await started(3), (run, version) => {
      const late = version === 1 ? [] : run.pushes(version - 1, alignedNodes(2, 3));
      return [...late, ...run.pushes(version, overlapping).reverse(), ...late];
    })).toEqual(expected);
  });
});

/** A worker's request for a version of the whole group. */
function pull(request: number, version = 1, contents: Partial<Pick<Pull, 'statistics' | 'averages'>> = {}): Pull {
  return { kind: 'pull', request, group: LAYOUT.name, version, statistics: false, averages: false, ...contents, schemaHash: HASH };
}

describe('a parameter server', () => {
  it('does what the article\'s optimiser would: values - rate * mean gradient', async () => {
    const run = await TestRun.start({ servers: 2, optimizer: SGD });
    await run.load(startState(SGD));
    await run.pushAll(run.pushes(1, alignedNodes(0, SHARDS)));
    await run.inbox.next('committed');
    const { values } = await run.capture(1);
    const start = startState(SGD).values;
    const shards = Array.from({ length: SHARDS }, (_, shard) => shardGradient(1, shard));
    for (const index of [0, 65_535, 65_536, 149_999, 150_000, 196_608, 329_999]) {
      const mean = shards.reduce((sum, shard) => sum + shard[index]!, 0) / SHARDS;
      expect(values[index]).toBeCloseTo(start[index]! - 0.1 * mean, 6);
    }
  });

  it('begins the values and running statistics of a network again that starts afresh, and no others', async () => {
    const values = numbers(9, 180_000);
    const fresh = new Map([['decoder', { values, statistics: [{ offset: 2, values: Float32Array.of(5, 6, 7, 8) }] }]]);
    const [run, other] = [await TestRun.start({ servers: 1, fresh }), await TestRun.start({ servers: 1 })];
    const [begun, advanced] = await Promise.all([run, other].map(async (one) => {
      await one.load(startState(ADAM));
      await one.pushAll(one.pushes(1, [{ first: 0, count: 8 }]));
      await one.inbox.next('committed');
      return one.capture(1);
    }));
    expect([...begun!.statistics!.subarray(2)]).toEqual([5, 6, 7, 8]);
    expect(begun!.statistics!.subarray(0, 2)).toEqual(advanced!.statistics!.subarray(0, 2));
    expect(sameBits(begun!.values.slice(150_000), values)).toBe(true);
    expect(sameBits(begun!.values.slice(0, 150_000), advanced!.values.slice(0, 150_000))).toBe(true);
  });

  it('keeps running statistics and mean losses of the whole batch', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    await run.pushAll(run.pushes(1, [{ first: 4, count: 4 }, { first: 0, count: 4 }]));
    const { losses } = await run.inbox.next('committed');
    const { statistics } = await run.capture(1);
    const summaries = Array.from({ length: SHARDS }, (_, shard) => shardSummary(1, shard));
    const meanOf = (index: number): number => summaries.reduce((sum, summary) => sum + summary[index]!, 0) / SHARDS;
    for (const { offset, channels, samples } of LAYOUT.statistics) {
      for (let channel = offset; channel < offset + channels; channel += 1) {
        const mean = meanOf(channel);
        const variance = meanOf(channel + channels) + summaries.reduce((sum, summary) => sum + (summary[channel]! - mean) ** 2, 0) / SHARDS;
        expect(statistics![channel]).toBeCloseTo(0.1 * mean, 6);
        expect(statistics![channel + channels]).toBeCloseTo(0.9 + (0.1 * variance * samples) / (samples - 1), 6);
      }
    }
    expect(losses).toHaveLength(2);
    expect(losses[0]).toBeCloseTo(meanOf(6), 6);
    expect(losses[1]).toBeCloseTo(meanOf(7), 6);
  });

  it.each([1, 3])('answers pulls in chunks that are provisional until the last message, with statistics, by %i lanes', async (lanes) => {
    const run = await TestRun.start({ servers: 1, lanes });
    const answer = async (): Promise<Parameters[]> => [
      await run.replies.next('parameters'),
      await run.replies.next('parameters'),
    ];
    await run.sendAsWorker(0, pull(1, 1, { statistics: true }));
    await run.sendAsWorker(0, pull(2, 0, { statistics: true })); // before anything is loaded
    await run.load(startState(ADAM));
    const start = await answer();
    expect(start.map(({ request, offset, committed }) => [request, offset, committed])).toEqual([
      [2, 0, false],
      [2, 196_608, true],
    ]);
    expect(sameBits(joined(start.map(({ values }) => values)), START)).toBe(true);
    expect(start[1]!.statistics).toEqual(Float32Array.of(0, 1, 0, 0, 1, 1));
    await run.pushAll(run.pushes(1, WHOLE));
    const next = await answer();
    expect(next.map(({ request, version, committed }) => [request, version, committed])).toEqual([
      [1, 1, false],
      [1, 1, true],
    ]);
    const captured = await run.capture(1);
    expect(sameBits(joined(next.map(({ values }) => values)), captured.values)).toBe(true);
    await run.sendAsWorker(0, pull(3, 0, { statistics: true }));
    expect(await run.replies.next('refused')).toMatchObject({
      code: 'VERSION_UNAVAILABLE',
      message: 'version 0 of autoencoder is past: the current one is 1',
    });
  });

  it('sends the next version back while it is still being made', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    await run.sendAsWorker(0, pull(1));
    const pushes = run.pushes(1, WHOLE);
    await run.pushAll(pushes.slice(0, 1));
    const early = await run.replies.next('parameters');
    expect([early.offset, early.committed]).toEqual([0, false]);
    await run.pushAll(pushes.slice(1));
    const last = await run.replies.next('parameters');
    expect([last.offset, last.committed]).toEqual([196_608, true]);
    expect(sameBits(joined([early, last].map(({ values }) => values)), (await run.capture(1)).values)).toBe(true);
  });

  it('sends all of its slice before the other servers have it too, and says then that the version is committed', async () => {
    const run = await TestRun.start({ servers: 2 });
    await run.load(startState(ADAM));
    await run.sendAsWorker(0, pull(1));
    const pushes = run.pushes(1, WHOLE);
    await run.pushAll(pushes.filter(({ server }) => server === 0));
    const early = await run.replies.next('parameters');
    expect([early.offset, early.values.length, early.committed]).toEqual([0, run.slice(0).to, false]);
    expect(run.replies.count('parameters')).toBe(0);
    await run.pushAll(pushes.filter(({ server }) => server === 1));
    const last = await run.replies.next('parameters');
    expect([last.values.length, last.committed]).toEqual([0, true]);
  });

  it('answers a pull that comes again once, gives up those that newer ones replace, and refuses one of a version far ahead', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    for (const request of [1, 2, 3, 3, 4, 4]) await run.sendAsWorker(0, pull(request));
    await run.pushAll(run.pushes(1, WHOLE));
    await run.inbox.next('committed');
    await run.sendAsWorker(0, pull(5, 18));
    expect(await run.replies.next('refused')).toMatchObject({ code: 'MESSAGE_FORBIDDEN', request: 5 });
    expect(await run.inbox.next('offence')).toMatchObject({ offender: 'worker', code: 'MESSAGE_FORBIDDEN', push: null });
    const requests: number[] = [];
    while (run.replies.count('parameters') > 0) requests.push((await run.replies.next('parameters')).request);
    expect(requests.sort()).toEqual([3, 3, 4, 4]);
  });

  it('captures exactly the version that was asked for, also before it is there', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    await run.send(0, { kind: 'captureState', group: LAYOUT.name, version: 1, offset: 0 });
    await run.pushAll([...run.pushes(1, WHOLE), ...run.pushes(2, WHOLE), ...run.pushes(3, WHOLE)]);
    const { state } = await run.inbox.next('stateCaptured');
    const other = await TestRun.start({ servers: 1 });
    await other.load(startState(ADAM));
    await other.pushAll(other.pushes(1, WHOLE));
    expect(bitsOf(state)).toBe(bitsOf(await other.capture(1)));
  });

  it('goes on from a captured state with another number of servers as if nothing had happened', async () => {
    const run = await TestRun.start({ servers: 2 });
    await run.load(startState(ADAM));
    await run.pushAll(run.pushes(1, WHOLE));
    const half = await run.capture(1);
    await run.pushAll(run.pushes(2, WHOLE));
    const other = await TestRun.start({ servers: 3 });
    await other.load(half);
    await other.pushAll(other.pushes(2, WHOLE));
    expect(bitsOf(await other.capture(2))).toBe(bitsOf(await run.capture(2)));
  });

  it.each([
    { clipNorm: null, index: 20_000, segment: 'encoder.weight' },
    { clipNorm: 0.5, index: 20_000, segment: 'encoder.weight' },
    { clipNorm: null, index: 320_000, segment: 'decoder.weight' },
    { clipNorm: 0.5, index: 320_000, segment: 'decoder.weight' },
  ])(
    'names whose gradient is not finite in $segment (clip $clipNorm), applies nothing of it, and takes the sum of another',
    async ({ clipNorm, index, segment }) => {
      const [run, undisturbed] = [await TestRun.start({ servers: 3, clipNorm }), await TestRun.start({ servers: 1, clipNorm })];
      for (const each of [run, undisturbed]) {
        await each.load(startState(ADAM));
        await each.pushAll(each.pushes(1, WHOLE));
      }
      const before = await run.capture(1);
      const nodes = [
        { first: 4, count: 4 },
        { first: 1, count: 1 },
        { first: 0, count: 1 },
        { first: 2, count: 2 },
      ];
      const pushes = run.pushes(2, nodes);
      for (const { push } of pushes)
        if (push.node.first === 1 && push.offset <= index && index < push.offset + push.gradient.length)
          push.gradient[index - push.offset] = NaN;
      await run.pushAll(pushes);
      const { offender, code, message, push } = await run.inbox.next('offence');
      expect([offender, code, message]).toEqual([
        'worker',
        'GRADIENT_NOT_FINITE',
        `the gradient of autoencoder is not finite in ${segment} (round 2, phase second, inner step 1)`,
      ]);
      expect(push).toEqual({
        group: LAYOUT.name,
        version: 2,
        round: 1,
        phase: 1,
        innerStep: 0,
        node: { first: 1, count: 1 },
        generation: 1,
      });
      expect((await run.replies.next('refused')).code).toBe('GRADIENT_NOT_FINITE');
      expect(bitsOf(await run.capture(1))).toBe(bitsOf(before));
      await run.pushAll(run.pushes(2, [{ first: 0, count: 2 }]));
      await undisturbed.pushAll(undisturbed.pushes(2, WHOLE));
      expect(bitsOf(await run.capture(2))).toBe(bitsOf(await undisturbed.capture(2)));
      expect(run.inbox.count('offence')).toBe(0);
    },
  );

  it.each([
    {
      what: 'the only tree node',
      nodes: WHOLE,
      spoil: ({ gradient }: Push) => {
        gradient[7] = Infinity;
      },
      offender: 'worker',
      named: 'the gradient of autoencoder is not finite in encoder.weight',
    },
    {
      what: 'a loss',
      nodes: WHOLE,
      spoil: ({ summary }: Push) => {
        summary![7] = Infinity;
      },
      offender: 'worker',
      named: 'the loss second_loss of autoencoder is Infinity',
    },
    {
      what: 'a loss and the gradient of it',
      nodes: WHOLE,
      spoil: ({ summary, gradient }: Push) => {
        summary![6] = NaN;
        gradient[11] = NaN;
      },
      offender: 'worker',
      named: 'the loss first_loss of autoencoder is NaN, the gradient of autoencoder is not finite in encoder.weight',
    },
    {
      what: 'statistics',
      nodes: WHOLE,
      spoil: ({ summary }: Push) => {
        summary![3] = NaN;
      },
      offender: 'worker',
      named: 'the statistics of decoder.norm are not finite',
    },
    {
      what: 'the sum of finite gradients',
      nodes: alignedNodes(0, 4).concat(alignedNodes(4, 8)),
      spoil: ({ gradient }: Push) => {
        gradient[9] = 3e38;
      },
      offender: '',
      named: 'the gradient of autoencoder is not finite in encoder.weight',
    },
    {
      what: 'the sum of finite losses',
      nodes: alignedNodes(0, 4).concat(alignedNodes(4, 8)),
      spoil: ({ summary }: Push) => {
        summary![6] = 3e38;
      },
      offender: '',
      named: 'the loss first_loss of autoencoder is Infinity',
    },
  ])('wants $what again that is not finite', async ({ nodes, spoil, offender, named }) => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    const pushes = run.pushes(1, nodes);
    for (const { push } of pushes) if (push.offset === 0) spoil(push);
    await run.pushAll(pushes);
    expect(await run.inbox.next('offence')).toMatchObject({
      offender,
      code: 'GRADIENT_NOT_FINITE',
      message: `${named} (round 1, phase second, inner step 1)`,
    });
    const right = run.pushes(1, nodes);
    await run.pushAll(right);
    expect((await run.inbox.next('committed')).version).toBe(1);
  });

  it.each([
    {
      what: 'waits where the other one belongs',
      order: [
        [4, 4, 1],
        [4, 4, 2],
        [0, 4, 2],
      ],
      spoilt: 0,
    },
    {
      what: 'waits where smaller ones belong',
      order: [
        [4, 4, 1],
        [4, 1, 2],
        [5, 1, 2],
        [6, 2, 2],
        [0, 4, 2],
      ],
      spoilt: 0,
    },
    {
      what: 'waits beside what is computed again',
      order: [
        [2, 2, 1],
        [0, 1, 2],
        [1, 1, 2],
        [2, 2, 2],
        [4, 4, 2],
      ],
      spoilt: 0,
    },
    {
      what: 'comes after what is computed again',
      order: [
        [0, 1, 2],
        [1, 1, 2],
        [2, 2, 1],
        [2, 2, 2],
        [4, 4, 2],
      ],
      spoilt: 2,
    },
  ] as const)(
    'needs no sum again that was computed in a later generation than the gradient that is not finite and $what',
    async ({ order, spoilt }) => {
      const [run, undisturbed] = [await TestRun.start({ servers: 2 }), await TestRun.start({ servers: 1 })];
      for (const each of [run, undisturbed]) await each.load(startState(ADAM));
      for (const [index, [first, count, generation]] of order.entries()) {
        const pushes = run.pushes(1, [{ first, count }]).map(({ server, push }) => ({ server, push: { ...push, generation } }));
        if (index === spoilt) for (const { push } of pushes) push.gradient[9] = NaN;
        await run.pushAll(pushes);
      }
      const [[first, count]] = order.slice(spoilt) as unknown as [[number, number]];
      for (const server of ['server0', 'server1'])
        expect((await run.inbox.next('offence', server)).push).toMatchObject({ node: { first, count }, generation: 1 });
      await undisturbed.pushAll(undisturbed.pushes(1, WHOLE));
      expect(bitsOf(await run.capture(1))).toBe(bitsOf(await undisturbed.capture(1)));
    },
  );

  it.each([
    { optimizer: ADAM, averaging: 0.9 },
    { optimizer: SGD, averaging: null },
  ])('tells of the committed version while the next one is half made, by $optimizer.kind', async ({ optimizer, averaging }) => {
    const run = await TestRun.start({ servers: 1, optimizer, averaging });
    await run.load({ ...startState(optimizer), slots: {}, scalars: {} });
    await run.pushAll(run.pushes(1, WHOLE));
    const before = await run.capture(1);
    const [first, ...rest] = run.pushes(2, WHOLE);
    await run.pushAll([first!]);
    await run.sendAsWorker(0, pull(1, 1, { averages: true }));
    const averages = [await run.replies.next('parameters'), await run.replies.next('parameters')].map(({ values }) => values);
    expect(sameBits(joined(averages), before.slots['average'] ?? before.values)).toBe(true);
    expect(bitsOf(await run.capture(1))).toBe(bitsOf(before));
    await run.pushAll(rest);
    const other = await TestRun.start({ servers: 1, optimizer, averaging });
    await other.load(before);
    await other.pushAll(other.pushes(2, WHOLE));
    expect(bitsOf(await run.capture(2))).toBe(bitsOf(await other.capture(2)));
  });

  it.each([
    { what: 'another run', origin: { runId: 'other' }, code: 'RUN_UNKNOWN' },
    { what: 'a stale epoch', origin: { epoch: 2 }, code: 'EPOCH_STALE' },
    { what: 'an earlier life', origin: { incarnation: 'before' }, code: 'INCARNATION_STALE' },
    { what: 'another layout', change: { schemaHash: 'other' }, code: 'SCHEMA_MISMATCH' },
    { what: 'a version that cannot be made yet', change: { version: 3, round: 2 }, code: 'VERSION_UNAVAILABLE' },
    { what: 'an unknown group', change: { group: 'other' }, code: 'PUSH_INVALID' },
    { what: 'a foreign offset', change: { offset: 65_536 }, code: 'PUSH_INVALID' },
    { what: 'a version that nothing makes', change: { version: 0 }, code: 'PUSH_INVALID' },
    { what: 'a short chunk', change: { gradient: new Float32Array(10) }, code: 'PUSH_INVALID' },
    { what: 'no summary', change: { summary: null }, code: 'PUSH_INVALID' },
    { what: 'a short summary', change: { summary: new Float32Array(5) }, code: 'PUSH_INVALID' },
    { what: 'other losses', change: { summary: new Float32Array(9) }, code: 'PUSH_INVALID' },
    { what: 'another inner step', change: { innerStep: 1 }, code: 'PUSH_INVALID' },
    { what: 'an unaligned tree node', change: { node: { first: 1, count: 2 } }, code: 'PUSH_INVALID' },
    { what: 'a node of three shards', change: { node: { first: 0, count: 3 } }, code: 'PUSH_INVALID' },
    { what: 'shards beyond the last', change: { node: { first: 8, count: 1 } }, code: 'PUSH_INVALID' },
  ])('refuses a push of $what with $code', async ({ origin = {}, change = {}, code }) => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    const right = run.pushes(1, alignedNodes(0, 1));
    await run.pushAll(right);
    const [{ push }] = run.pushes(1, alignedNodes(1, 2)) as unknown as [{ push: Push }];
    await run.sendAsWorker(0, { ...push, ...change }, origin);
    expect((await run.replies.next('refused')).code).toBe(code);
    if (['PUSH_INVALID', 'SCHEMA_MISMATCH'].includes(code))
      expect(await run.inbox.next('offence')).toMatchObject({
        offender: 'worker',
        code,
        push: { node: change.node ?? { first: 1, count: 1 } },
      });
    expect([run.inbox.count('offence'), run.inbox.count('failed')]).toEqual([0, 0]);
  });

  it('tells the coordinator what a version took it: the lead with the commit, the others with a report of their own', async () => {
    const run = await TestRun.start({ servers: 3, clipNorm: 0.5 });
    await run.load(startState(ADAM));
    const earliestMs = performance.timeOrigin + performance.now();
    await run.pushAll(run.pushes(1, alignedNodes(0, SHARDS)));
    const reports = [
      await run.inbox.next('committed', 'server0'),
      await run.inbox.next('commitReport', 'server1'),
      await run.inbox.next('commitReport', 'server2'),
    ];
    const latestMs = performance.timeOrigin + performance.now();
    for (const report of reports) {
      expect(report).toMatchObject({ round: 0, phase: 1, innerStep: 0, group: LAYOUT.name, version: 1 });
      const { beganMs, lastedMs, sumMs, updateMs, waitMs } = report.work;
      expect(beganMs).toBeGreaterThanOrEqual(earliestMs);
      expect(beganMs + lastedMs).toBeLessThanOrEqual(latestMs);
      for (const part of [sumMs, updateMs, waitMs]) {
        expect(part).toBeGreaterThan(0);
        expect(part).toBeLessThan(lastedMs);
      }
    }
    expect(run.inbox.count('commitReport')).toBe(0);
  });

  it('refuses a state of another optimiser', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.send(0, { kind: 'loadState', state: startState(SGD), offset: 0 });
    await expect(run.ended[0]).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: 'slots of group autoencoder: expected firstMoment, secondMoment, found momentum',
    });
    expect((await run.inbox.next('failed')).code).toBe('CHECKPOINT_MISMATCH');
  });

  it('does not take part in a run with another layout', async () => {
    const run = await TestRun.start({ servers: 1, welcomeHash: 'other' });
    await expect(run.ended[0]).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
    expect((await run.inbox.next('failed')).code).toBe('SCHEMA_MISMATCH');
  });

  it('ends with the coordinator\'s shutdown, or its own signal', async () => {
    const run = await TestRun.start({ servers: 2 });
    await run.send(0, { kind: 'shutdown', reason: 'done' });
    run.aborts[1]!.abort();
    await Promise.all(run.ended);
  });

  it('follows the coordinator into a higher epoch', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    await run.pushAll(run.pushes(1, alignedNodes(0, 3)));
    await run.welcomeAll({ epoch: 4 });
    await run.send(0, { kind: 'loadState', state: startState(ADAM), offset: 0 }, { epoch: 4 });
    await run.inbox.next('stateLoaded');
    const pushes = run.pushes(1, alignedNodes(3, 8));
    await run.pushAll(pushes.slice(0, 1));
    expect((await run.replies.next('refused')).code).toBe('EPOCH_STALE');
    for (const { push } of run.pushes(1, WHOLE)) await run.sendAsWorker(0, push, { epoch: 4 });
    expect((await run.inbox.next('committed')).version).toBe(1);
  });

  it('answers again what is asked again, and means nothing else by it', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    const captureStart = { kind: 'captureState', group: LAYOUT.name, version: 0, offset: 0 } as const;
    await run.send(0, captureStart);
    await run.inbox.next('stateCaptured');
    const inquiry = { kind: 'commitInquiry', group: LAYOUT.name, version: 1 } as const;
    await run.send(0, inquiry); // there is nothing to say of that yet
    await run.pushAll(run.pushes(1, WHOLE));
    const committed = await run.inbox.next('committed');
    await run.send(0, captureStart); // long answered
    await run.welcomeAll();
    await run.load(startState(ADAM));
    await run.send(0, inquiry);
    expect(await run.inbox.next('committed')).toEqual(committed);
    const other = await TestRun.start({ servers: 1 });
    await other.load(startState(ADAM));
    await other.pushAll(other.pushes(1, WHOLE));
    expect(bitsOf(await run.capture(1))).toBe(bitsOf(await other.capture(1)));
    expect([run.inbox.count('committed'), run.inbox.count('stateCaptured'), run.inbox.count('failed')]).toEqual([0, 0, 0]);
  });

  it('begins a new epoch with a new welcome, and nothing of before', async () => {
    const run = await TestRun.start({ servers: 2 });
    await run.load(startState(ADAM));
    await run.pushAll(run.pushes(1, WHOLE));
    await run.inbox.next('committed');
    await run.pushAll(run.pushes(2, alignedNodes(0, 3)));
    await run.welcomeAll({ epoch: 4 });
    for (let server = 0; server < 2; server += 1)
      await run.send(
        server,
        { kind: 'loadState', state: run.sliceOf(startState(ADAM), server), offset: run.slice(server).from },
        { epoch: 4 },
      );
    for (let server = 0; server < 2; server += 1) await run.inbox.next('stateLoaded', `server${server}`);
    for (const { server, push } of run.pushes(1, alignedNodes(0, SHARDS))) await run.sendAsWorker(server, push, { epoch: 4 });
    expect((await run.inbox.next('committed')).version).toBe(1);
  });

  it('votes again when it is asked for a version of which it has everything', async () => {
    const run = await TestRun.start({ servers: 2 });
    await run.load(startState(ADAM));
    const [lead, follower] = [0, 1].map((server) => run.pushes(1, WHOLE).filter((push) => push.server === server));
    await run.pushAll(follower ?? []);
    // What it hears of the lead is the same as if the first vote, or the commit, had not arrived.
    for (let time = 0; time < 2; time += 1)
      await run.send(1, { kind: 'captureState', group: LAYOUT.name, version: 1, offset: run.slice(1).from });
    await run.pushAll(lead ?? []);
    expect((await run.inbox.next('committed')).version).toBe(1);
    for (let time = 0; time < 2; time += 1) expect((await run.inbox.next('stateCaptured', 'server1')).state.version).toBe(1);
    expect(run.inbox.count('failed')).toBe(0);
  });

  it('refuses whatever a worker sends that was given up', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load(startState(ADAM));
    await run.send(0, { kind: 'fence', fenced: 'worker' });
    await run.send(0, { kind: 'captureState', group: LAYOUT.name, version: 0, offset: 0 });
    await run.inbox.next('stateCaptured'); // the messages before it have arrived by now
    await run.pushAll(run.pushes(1, WHOLE).slice(0, 1));
    expect((await run.replies.next('refused')).code).toBe('INCARNATION_STALE');
    expect(run.inbox.count('failed')).toBe(0);
  });

  it('tells which pull it refuses', async () => {
    const run = await TestRun.start({ servers: 1 });
    await run.load({ ...startState(ADAM), version: 5 });
    await run.sendAsWorker(0, pull(9, 4));
    expect(await run.replies.next('refused')).toMatchObject({ code: 'VERSION_UNAVAILABLE', request: 9 });
  });

  it('does the same over ZeroMQ', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lethe-'));
    try {
      const results: unknown[] = [];
      for (const options of [
        { servers: 2, transport: createZeroMqTransport(), address: (name: string) => `ipc://${folder}/${name}` },
        { servers: 1 },
      ]) {
        const run = await TestRun.start({ ...options, clipNorm: 0.5 });
        await run.load(startState(ADAM));
        results.push(await play(run, (test, version) => test.pushes(version, alignedNodes(0, SHARDS))));
        await run.close();
      }
      expect(results[0]).toEqual(results[1]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

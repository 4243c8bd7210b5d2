import { mergeConfig } from '@lethe/config';
import { decodeMessage, encodeMessage, type MessageBody, type Welcome } from '@lethe/protocol';
import { createMemoryTransport, type Incoming, type Listener, type Transport } from '@lethe/transport';
import { describe, expect, it, vi } from 'vitest';
import type { PreparedWorker } from './prepare-worker.js';
import { runWorker } from './worker-session.js';

const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
const WELCOME: Welcome = {
  kind: 'welcome', name: 'worker-1', index: 0, configJson: JSON.stringify(config), dataJson: '{}', schemaHash: '', servers: [], code: [],
};
const PREPARED = {
  description: { config, layouts: [], summaries: [], objective: { phases: [] } },
  gradients: { dispose: () => undefined }, evaluator: { dispose: () => undefined },
} as unknown as PreparedWorker;

/** The test is the coordinator of a real session over memory. */
class TestCoordinator {
  prepared = 0;
  /** What the worker reports to the user who started it. */
  readonly lines: string[] = [];
  readonly ended: Promise<void>;
  readonly #messages: AsyncIterator<Incoming>;

  private constructor(private readonly listener: Listener, transport: Transport, loaded: Promise<void>) {
    this.#messages = listener.messages[Symbol.asyncIterator]();
    this.ended = runWorker({
      transport, controlAddress: 'memory://control', trust: {}, host: 'here', fingerprint: 'native threads=1',
      origin: { runId: 'run', epoch: 1, sender: 'worker', incarnation: 'life' },
      engine: {
        name: 'native', version: '0', device: 'cpu', vector: (length) => new Float32Array(length),
        hold: () => { throw new Error('nothing is computed here'); },
      },
      joining: { timeoutMs: 60_000, notice: (line) => { this.lines.push(line); } },
      prepare: async () => {
        this.prepared += 1;
        await loaded;
        return PREPARED;
      },
      openHeartbeat: () => ({ update: () => undefined, stop: async () => undefined }),
    });
    this.ended.catch(() => undefined); // looked at later
  }

  /**
   * @param serverAnswers resolves when servers answer for the first time; at once unless given
   * @param loaded resolves when the worker has loaded its data; at once unless given
   */
  static async open(serverAnswers: Promise<void> = Promise.resolve(), loaded: Promise<void> = Promise.resolve()): Promise<TestCoordinator> {
    const transport = createMemoryTransport();
    const late: Transport = {
      listen: (address, options) => transport.listen(address, options),
      connect: async (address, options) => {
        const connection = await transport.connect(address, options);
        return address === 'memory://control' ? connection : { ...connection, reached: () => serverAnswers };
      },
    };
    return new TestCoordinator(await transport.listen('memory://control'), late, loaded);
  }

  async say(epoch: number, body: MessageBody): Promise<void> {
    const origin = { runId: 'run', epoch, sender: 'coordinator', incarnation: 'coordinator' };
    await this.listener.send('life', encodeMessage({ origin, body }));
  }

  /** What the worker says next. */
  async hear(): Promise<MessageBody> {
    const result = await this.#messages.next();
    if (result.done === true) throw new Error('the listener was closed');
    return decodeMessage(result.value.frames).body;
  }

  /** Kind and epoch of what the worker says next. */
  async next(): Promise<[MessageBody['kind'], number]> {
    const result = await this.#messages.next();
    if (result.done === true) throw new Error('the listener was closed');
    const { body: { kind }, origin: { epoch } } = decodeMessage(result.value.frames);
    return [kind, epoch];
  }
}

describe('a worker that cannot reach a server', () => {
  it('says so within seconds, to its owner and to the coordinator, and is ready once it does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let answer = (): void => undefined;
      const coordinator = await TestCoordinator.open(new Promise((resolve) => { answer = resolve; }));
      await coordinator.next();
      await coordinator.say(1, { ...WELCOME, servers: [{ index: 0, address: 'memory://server', incarnation: 'server' }] });
      const isReported = (): boolean => coordinator.lines.join().includes('cannot reach');
      for (let second = 0; second < 8 && !isReported(); second += 1) await vi.advanceTimersByTimeAsync(1000);
      expect(await coordinator.hear()).toEqual({ kind: 'unreached', server: 0, address: 'memory://server' });
      expect(coordinator.lines).toContainEqual(expect.stringContaining('worker-1 cannot reach parameter-server-1 at memory://server yet'));
      answer();
      expect(await coordinator.next()).toEqual(['ready', 1]);
      await coordinator.say(1, { kind: 'shutdown', reason: 'the run is completed' });
      await coordinator.ended;
      expect(coordinator.lines).toEqual([
        'joining the run at memory://control', 'joined the run run as worker-1; loading its data',
        expect.stringContaining('cannot reach'), 'worker-1 is ready; waiting for work',
        'worker-1 ends: the run is completed',
      ]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a worker', () => {
  it('ends when the shutdown comes while it loads, though the servers that it connects to then never answer', async () => {
    let load = (): void => undefined;
    const coordinator = await TestCoordinator.open(new Promise(() => undefined), new Promise((resolve) => { load = resolve; }));
    await coordinator.next();
    await coordinator.say(1, { ...WELCOME, servers: [{ index: 0, address: 'memory://server', incarnation: 'server' }] });
    await coordinator.say(1, { kind: 'shutdown', reason: 'the run is completed' });
    await vi.waitFor(() => { expect(coordinator.lines).toContain('worker-1 ends: the run is completed'); }, { interval: 1 });
    load();
    await coordinator.ended;
  });

  it('ends without an error when the shutdown comes in an epoch that it has not heard of', async () => {
    const coordinator = await TestCoordinator.open();
    expect(await coordinator.next()).toEqual(['register', 1]);
    await coordinator.say(1, WELCOME);
    expect(await coordinator.next()).toEqual(['ready', 1]);
    await coordinator.say(2, { kind: 'shutdown', reason: 'a server was lost, and the run with it' });
    await coordinator.ended;
  });

  it('loads once, and says again that it is ready when it is welcomed again', async () => {
    const coordinator = await TestCoordinator.open();
    await coordinator.next();
    for (let time = 0; time < 3; time += 1) {
      await coordinator.say(1, WELCOME);
      expect(await coordinator.next()).toEqual(['ready', 1]);
    }
    await coordinator.say(1, { kind: 'shutdown', reason: 'done' });
    await coordinator.ended;
    expect(coordinator.prepared).toBe(1);
  });

  it('says why it is refused, whatever the epoch', async () => {
    const coordinator = await TestCoordinator.open();
    await coordinator.next();
    await coordinator.say(7, { kind: 'refused', code: 'FINGERPRINT_MISMATCH', message: 'other bits', request: 0 });
    await expect(coordinator.ended).rejects.toMatchObject({ code: 'FINGERPRINT_MISMATCH' });
  });
});

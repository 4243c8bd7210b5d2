import { mergeConfig } from '@lethe/config';
import { decodeMessage, encodeMessage, type MessageBody, type Welcome } from '@lethe/protocol';
import { createMemoryTransport, type Incoming, type Listener } from '@lethe/transport';
import { describe, expect, it } from 'vitest';
import type { PreparedWorker } from './prepare-worker.js';
import { runWorker } from './worker-session.js';

const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
const WELCOME: Welcome = { kind: 'welcome', name: 'worker-1', index: 0, configJson: JSON.stringify(config), dataJson: '{}', schemaHash: '', servers: [] };
const NOTHING = { description: { config, layouts: [], summaries: [] }, gradients: { dispose: () => undefined }, evaluator: { dispose: () => undefined } } as unknown as PreparedWorker;

/** The test is the coordinator of a real session over memory. */
class TestCoordinator {
  prepared = 0;
  readonly ended: Promise<void>;
  readonly #messages: AsyncIterator<Incoming>;

  private constructor(private readonly listener: Listener, transport: ReturnType<typeof createMemoryTransport>) {
    this.#messages = listener.messages[Symbol.asyncIterator]();
    this.ended = runWorker({
      transport, controlAddress: 'memory://control', trust: {}, host: 'here', fingerprint: 'native threads=1',
      origin: { runId: 'run', epoch: 1, sender: 'worker', incarnation: 'life' },
      engine: { name: 'native', version: '0', device: 'cpu', hold: () => { throw new Error('nothing is computed here'); }, vector: (length) => new Float32Array(length) },
      prepare: async () => {
        this.prepared += 1;
        return NOTHING;
      },
      openPulse: () => ({ tell: () => undefined, stop: async () => undefined }),
    });
    this.ended.catch(() => undefined); // looked at later
  }

  static async open(): Promise<TestCoordinator> {
    const transport = createMemoryTransport();
    return new TestCoordinator(await transport.listen('memory://control'), transport);
  }

  async say(epoch: number, body: MessageBody): Promise<void> {
    await this.listener.send('life', encodeMessage({ origin: { runId: 'run', epoch, sender: 'coordinator', incarnation: 'coordinator' }, body }));
  }

  /** Kind and epoch of what the worker says next. */
  async next(): Promise<[MessageBody['kind'], number]> {
    const result = await this.#messages.next();
    if (result.done === true) throw new Error('the listener was closed');
    const { body: { kind }, origin: { epoch } } = decodeMessage(result.value.frames);
    return [kind, epoch];
  }
}

describe('a worker', () => {
  it('ends in peace when the goodbye comes in an epoch that it has not heard of', async () => {
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

import type { Welcome } from '@lethe/protocol';
import { createMemoryTransport } from '@lethe/transport';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JoinDeadline } from './joining.js';
import { runWorker } from './worker-session.js';

afterEach(() => { vi.useRealTimers(); });

describe('a worker that waits for the answer of a run', () => {
  it('says what it tries, whether somebody listens, and gives up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval', 'performance'] });
    const lines: string[] = [];
    const deadline = new JoinDeadline('tcp://192.0.2.7:5555', { timeoutMs: 25_000, notice: (line) => lines.push(line) });
    const ended = deadline.expired.catch((error: unknown) => error);
    vi.advanceTimersByTime(10_000);
    deadline.connected();
    vi.advanceTimersByTime(15_000);
    expect(lines).toEqual([
      'joining the run at tcp://192.0.2.7:5555',
      'nothing listens at tcp://192.0.2.7:5555, or it cannot be reached from here: no answer yet; trying for another 15 s',
      'tcp://192.0.2.7:5555 listens, but no run has answered yet; trying for another 5 s',
    ]);
    const message = 'tcp://192.0.2.7:5555 listens, but no run has answered within 25 s (--join-timeout)';
    expect(await ended).toMatchObject({ code: 'DEADLINE_EXCEEDED', message });
    deadline.end();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with that error if there is no answer', async () => {
    const transport = createMemoryTransport();
    const listener = await transport.listen('memory://silent');
    const stopped = vi.fn(() => Promise.resolve());
    await expect(runWorker({
      transport, controlAddress: 'memory://silent', trust: {}, fingerprint: '', host: 'here',
      origin: { runId: '', epoch: 0, sender: 'worker', incarnation: 'life' },
      engine: {
        name: 'cpu', version: '', device: 'cpu', vector: () => new Float32Array(), hold: () => { throw new Error('nothing is computed'); },
      },
      openHeartbeat: () => ({ update: () => undefined, stop: stopped }),
      prepare: (_: Welcome) => Promise.reject(new Error('nothing is prepared')),
      joining: { timeoutMs: 20, notice: () => undefined },
    })).rejects.toThrow(expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }) as Error);
    expect(stopped).toHaveBeenCalledOnce();
    await listener.close();
  });
});

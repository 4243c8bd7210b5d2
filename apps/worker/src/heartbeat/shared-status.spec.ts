import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { WorkerStatus } from '@lethe/membership';
import { describe, expect, it } from 'vitest';
import { SharedStatus } from './shared-status.js';

function status(round: number, phase: string): WorkerStatus {
  const origin = { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'life' };
  return { origin, activity: { round, phase, innerStep: 0 }, intervalMs: 250, silenceMs: 5000 };
}

/** Writes as SharedStatus does, the two texts in turn, as fast as it can. */
const WRITER = `
  const { workerData: { memory, texts }, parentPort } = require('node:worker_threads');
  const [header, text] = [new Int32Array(memory, 0, 2), new Uint8Array(memory, 8)];
  for (let index = 0; index < 200_000; index += 1) {
    const bytes = texts[index % 2];
    Atomics.add(header, 0, 1); text.set(bytes); Atomics.store(header, 1, bytes.length); Atomics.add(header, 0, 1);
    if (index === 0) parentPort.postMessage('begun');
  }`;

describe('a shared status', () => {
  it('says what was written last', () => {
    const shared = new SharedStatus();
    shared.write(status(3, 'classifier'));
    shared.write(status(4, 'é'));
    expect(new SharedStatus(shared.memory).read()).toEqual(status(4, 'é'));
    expect(() => { shared.write(status(5, 'x'.repeat(5000))); }).toThrow(/expected a status of at most 4088 bytes, found \d+/);
    expect(shared.read()).toEqual(status(4, 'é'));
  });

  it('is never read while it is written', async () => {
    const shared = new SharedStatus();
    shared.write(status(0, ''));
    const texts = [status(1, 'a'), status(222, 'b'.repeat(900))].map((each) => Buffer.from(JSON.stringify(each)));
    const writer = new Worker(WRITER, { eval: true, workerData: { memory: shared.memory, texts } });
    await once(writer, 'message');
    const ended = once(writer, 'exit');
    const seen = new Set<number>();
    for (let reads = 0; reads < 3000; reads += 1) {
      const { activity: { round, phase } } = shared.read();
      expect(phase.length).toBe(round === 1 ? 1 : 900);
      seen.add(round);
    }
    await ended;
    expect([...seen].sort()).toContain(222);
  });
});

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { WorkerStatus } from '@lethe/membership';
import { describe, expect, it } from 'vitest';
import { SharedStatus } from './shared-status.js';

const news = (round: number, phase: string): WorkerStatus => ({ origin: { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'life' }, activity: { round, phase, innerStep: 0 }, intervalMs: 250, silenceMs: 5000 });

describe('a page of news', () => {
  it('says what was written last', () => {
    const page = new SharedStatus();
    page.write(news(3, 'classifier'));
    page.write(news(4, 'é'));
    expect(new SharedStatus(page.memory).read()).toEqual(news(4, 'é'));
    expect(() => { page.write(news(5, 'x'.repeat(5000))); }).toThrow(/expected news of at most 4088 bytes, found \d+/);
    expect(page.read()).toEqual(news(4, 'é'));
  });

  it('is never read while it is written', async () => {
    const page = new SharedStatus();
    page.write(news(0, ''));
    // Writes as NewsPage does, longer and shorter news in turn, as fast as it can.
    const writer = new Worker(`
      const { workerData: { memory, texts }, parentPort } = require('node:worker_threads');
      const [header, text] = [new Int32Array(memory, 0, 2), new Uint8Array(memory, 8)];
      for (let index = 0; index < 200_000; index += 1) {
        const bytes = texts[index % 2];
        Atomics.add(header, 0, 1); text.set(bytes); Atomics.store(header, 1, bytes.length); Atomics.add(header, 0, 1);
        if (index === 0) parentPort.postMessage('begun');
      }`, { eval: true, workerData: { memory: page.memory, texts: [news(1, 'a'), news(222, 'b'.repeat(900))].map((each) => Buffer.from(JSON.stringify(each))) } });
    await once(writer, 'message');
    const ended = once(writer, 'exit');
    const seen = new Set<number>();
    for (let reads = 0; reads < 3000; reads += 1) {
      const { activity: { round, phase } } = page.read();
      expect(phase.length).toBe(round === 1 ? 1 : 900);
      seen.add(round);
    }
    await ended;
    expect([...seen].sort()).toContain(222);
  });
});

import type { PulseNews } from '@lethe/membership';
import { describe, expect, it } from 'vitest';
import { openPulseThread } from './open-pulse-thread.js';

const news: PulseNews = { origin: { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'life' }, doing: { round: 0, phase: '', turn: 0 }, intervalMs: 250, silenceMs: 5000 };

describe('the thread of heartbeats', () => {
  it('says why it cannot beat any more, and can still be stopped', async () => {
    let fail = (error: Error): void => { throw error; };
    const failed = new Promise<Error>((resolve) => { fail = resolve; });
    // It fails on its own: there is no such scheme.
    const pulse = openPulseThread('nowhere://here', {})(news, () => undefined, fail);
    const failure = await failed;
    expect(failure).toBeInstanceOf(Error);
    await pulse.stop();
  });
});

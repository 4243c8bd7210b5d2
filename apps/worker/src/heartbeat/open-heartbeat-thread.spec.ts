import type { WorkerStatus } from '@lethe/membership';
import { describe, expect, it } from 'vitest';
import { openHeartbeatThread } from './open-heartbeat-thread.js';

const status: WorkerStatus = {
  origin: { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'life' },
  activity: { round: 0, phase: '', innerStep: 0 }, intervalMs: 250, silenceMs: 5000,
};

describe('the heartbeat thread', () => {
  it('says why it can send no heartbeats any more, and can still be stopped', async () => {
    let fail = (error: Error): void => { throw error; };
    const failed = new Promise<Error>((resolve) => { fail = resolve; });
    // It fails on its own: there is no such scheme.
    const heartbeats = openHeartbeatThread('nowhere://here', {})(status, () => undefined, fail);
    const failure = await failed;
    expect(failure).toBeInstanceOf(Error);
    await heartbeats.stop();
  });
});

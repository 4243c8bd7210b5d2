import { decodeMessage, encodeMessage, type Origin } from '@lethe/protocol';
import { createMemoryTransport } from '@lethe/transport';
import { describe, expect, it } from 'vitest';
import { heartbeatIdentity, sendHeartbeats, type WorkerStatus } from './heartbeat-sender.js';

const origin: Origin = { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'life' };
const first: WorkerStatus = { origin, activity: { round: 3, phase: 'classifier', innerStep: 1 }, intervalMs: 5, silenceMs: 60 };

describe('heartbeats', () => {
  it('say what the process does, and notice that the coordinator does not answer any more', async () => {
    const transport = createMemoryTransport();
    const listener = await transport.listen('memory://control');
    let orphaned = (): void => undefined;
    const isOrphan = new Promise<void>((resolve) => { orphaned = resolve; });
    let status = first;
    const connection = await transport.connect('memory://control', { identity: heartbeatIdentity('life') });
    const stop = sendHeartbeats(connection, () => status, orphaned);
    let beats = 0;
    for await (const { peer, frames } of listener.messages) {
      const { origin: from, body } = decodeMessage(frames);
      expect(peer).toBe('life~heartbeat');
      beats += 1;
      if (beats === 1) expect([from, body]).toMatchObject([origin, { kind: 'heartbeat', round: 3, phase: 'classifier', innerStep: 1 }]);
      if (beats === 2) status = { ...first, intervalMs: 6, activity: { round: 4, phase: '', innerStep: 0 } };
      if (beats === 4) expect(body).toMatchObject({ round: 4, phase: '' });
      await listener.send(peer, encodeMessage({ origin, body: { kind: 'heartbeatAck' } }));
      if (beats === 4) break;
    }
    await isOrphan; // heartbeats are not read any more, and not answered
    await stop();
    await listener.close();
  });
});

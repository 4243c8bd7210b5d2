import { decodeMessage, encodeMessage, type Origin } from '@lethe/protocol';
import { createMemoryTransport } from '@lethe/transport';
import { describe, expect, it } from 'vitest';
import { beatOver, heartbeatIdentity, type WorkerStatus } from './heartbeat-sender.js';

const origin: Origin = { runId: 'run', epoch: 1, sender: 'worker-1', incarnation: 'life' };
const news: WorkerStatus = { origin, activity: { round: 3, phase: 'classifier', innerStep: 1 }, intervalMs: 5, silenceMs: 60 };

describe('a pulse', () => {
  it('tells what its process does, and notices that nobody answers any more', async () => {
    const transport = createMemoryTransport();
    const listener = await transport.listen('memory://control');
    let orphaned = (): void => undefined;
    const isOrphan = new Promise<void>((resolve) => { orphaned = resolve; });
    let told = news;
    const stop = beatOver(await transport.connect('memory://control', { identity: heartbeatIdentity('life') }), () => told, orphaned);
    let beats = 0;
    for await (const { peer, frames } of listener.messages) {
      const { origin: from, body } = decodeMessage(frames);
      expect(peer).toBe('life~heartbeat');
      beats += 1;
      if (beats === 1) expect([from, body]).toMatchObject([origin, { kind: 'heartbeat', round: 3, phase: 'classifier', innerStep: 1 }]);
      if (beats === 2) told = { ...news, intervalMs: 6, activity: { round: 4, phase: '', innerStep: 0 } };
      if (beats === 4) expect(body).toMatchObject({ round: 4, phase: '' });
      await listener.send(peer, encodeMessage({ origin, body: { kind: 'heartbeatAck' } }));
      if (beats === 4) break;
    }
    await isOrphan; // nobody reads, nobody answers
    await stop();
    await listener.close();
  });
});

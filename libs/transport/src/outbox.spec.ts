import { errorCode, LetheError } from '@lethe/errors';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.js';

const CLOSED = new LetheError('CONNECTION_CLOSED', 'closed');

/** An outbox in front of a socket whose peers can be full or gone, as ZeroMQ's answers say. */
function outboxBefore(peers: Record<string, 'open' | 'full' | 'gone'>, maxQueuedBytes = 100) {
  const sent: string[] = [];
  const dropped: string[] = [];
  let inFlight = 0;
  const outbox = new Outbox({
    owner: 'the listener',
    maxQueuedBytes, maxFrameBytes: 10,
    transmit: async (peer, [frame]) => {
      inFlight += 1;
      if (inFlight > 1) throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      await Promise.resolve();
      inFlight -= 1;
      const code = { open: null, full: 'EAGAIN', gone: 'EHOSTUNREACH' }[peers[peer] ?? 'gone'];
      if (code !== null) throw Object.assign(new Error(code), { code });
      sent.push(`${peer}${frame?.[0]}`);
    },
    onDropped: (peer, count) => dropped.push(`${peer}: ${count}`),
  });
  const send = (peer: string, ...words: number[]) =>
    Promise.all(words.map((word) => outbox.send(peer, [new Uint8Array(10).fill(word)])));
  return { outbox, sent, dropped, send };
}

describe('an outbox', () => {
  it('keeps the order per peer, takes turns between peers, and never sends two at once', async () => {
    const { sent, send } = outboxBefore({ a: 'open', b: 'open' });
    await Promise.all([send('a', 1, 2, 3), send('b', 1, 2)]);
    expect(sent).toStrictEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('does not let a full peer hold up the others, nor its sender', async () => {
    const peers: Record<string, 'open' | 'full'> = { a: 'full', b: 'open' };
    const { outbox, sent, send } = outboxBefore(peers);
    await Promise.all([send('a', 1, 2), send('b', 1)]);
    await send('a', 3);
    expect(sent).toStrictEqual(['b1']);
    peers.a = 'open';
    await outbox.close(CLOSED, 10_000);
    expect(sent).toStrictEqual(['b1', 'a1', 'a2', 'a3']);
  });

  it('counts the bytes that wait for each peer and refuses more than its bound, but takes one large message alone', async () => {
    const { outbox, sent, send } = outboxBefore({ a: 'full', b: 'open' }, 25);
    await send('a', 1, 2);
    const third = await send('a', 3).catch((error: unknown) => error);
    expect(errorCode(third)).toBe('QUEUE_FULL');
    expect(String(third)).toContain('for "a" may hold 25 unsent bytes, holds 20 and was given 10 more');
    await send('b', 1, 2); // has room of its own
    expect(sent).toStrictEqual(['b1', 'b2']);
    outbox.abort(CLOSED);
    const { outbox: other } = outboxBefore({ a: 'full' }, 5);
    await other.send('a', [new Uint8Array(10)]);
    other.abort(CLOSED);
  });

  it('tells a sender that its peer is unknown, and reports what it had promised', async () => {
    const peers: Record<string, 'full' | 'gone'> = { a: 'full' };
    const { outbox, dropped, send } = outboxBefore(peers);
    expect(errorCode(await send('stranger', 1).catch((error: unknown) => error))).toBe('PEER_UNKNOWN');
    await send('a', 1, 2);
    peers.a = 'gone';
    await outbox.close(CLOSED, 10_000);
    expect(dropped).toStrictEqual(['a: 2']);
  });

  it('gives up on a peer that stays full when it closes', async () => {
    const { outbox, dropped, send } = outboxBefore({ a: 'full' });
    await send('a', 1);
    await outbox.close(CLOSED, 10);
    expect(dropped).toStrictEqual(['a: 1']);
    expect(errorCode(await send('a', 2).catch((error: unknown) => error))).toBe('CONNECTION_CLOSED');
  });
});

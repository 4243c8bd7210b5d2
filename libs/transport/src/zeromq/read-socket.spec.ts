import { Dealer, Router } from 'zeromq';
import { describe, expect, it } from 'vitest';
import { readSocket } from './read-socket.js';

const MESSAGES = 256;
const MESSAGE = new Uint8Array(64 * 1024);

describe('reading a socket', () => {
  it('lets the event loop have its turns, and node its memory back, though all messages are there already', async () => {
    const router = new Router({ receiveHighWaterMark: MESSAGES });
    await router.bind('inproc://flood');
    const dealer = new Dealer({ sendHighWaterMark: MESSAGES });
    dealer.connect('inproc://flood');
    for (let sent = 0; sent < MESSAGES; sent += 1) await dealer.send(MESSAGE);
    let read = 0;
    let readBeforeTurn = MESSAGES;
    setImmediate(() => { readBeforeTurn = read; });
    for await (const [, frame] of readSocket(router)) {
      expect(frame?.byteLength).toBe(MESSAGE.byteLength);
      if ((read += 1) === MESSAGES) break;
    }
    expect(readBeforeTurn).toBeLessThan(MESSAGES / 2);
    dealer.close();
    router.close();
  });
});

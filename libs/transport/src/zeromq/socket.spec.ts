import { Dealer, Router } from 'zeromq';
import { describe, expect, it } from 'vitest';
import { readSocket } from './socket.js';

const MESSAGES = 256;
const MESSAGE = new Uint8Array(64 * 1024);

describe('reading a socket', () => {
  it('yields to the event loop though all messages have arrived already', async () => {
    const router = new Router({ receiveHighWaterMark: MESSAGES });
    await router.bind('inproc://flood');
    const dealer = new Dealer({ sendHighWaterMark: MESSAGES });
    dealer.connect('inproc://flood');
    for (let sent = 0; sent < MESSAGES; sent += 1) await dealer.send(MESSAGE);
    let read = 0;
    let readBeforeYield = MESSAGES;
    setImmediate(() => { readBeforeYield = read; });
    for await (const [, frame] of readSocket(router)) {
      expect(frame?.byteLength).toBe(MESSAGE.byteLength);
      if ((read += 1) === MESSAGES) break;
    }
    expect(readBeforeYield).toBeLessThan(MESSAGES / 2);
    dealer.close();
    router.close();
  });
});

import type { Dealer, Router } from 'zeromq';
import { LINGER_MS } from './socket-options.js';

/** Longer than ZeroMQ may take, in case it never tells. */
const GIVE_UP_MS = 2 * LINGER_MS;

/**
 * Closes a socket and waits until ZeroMQ is done with it: what it held is handed over (or given up after the linger
 * time) and its address is free. Without the wait a `process.exit()` would lose the last messages.
 */
export async function closeSocket(socket: Dealer | Router): Promise<void> {
  const { events } = socket;
  const ended = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GIVE_UP_MS);
    events.on('end', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.close();
  await ended;
}

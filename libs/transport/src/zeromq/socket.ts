import { setImmediate } from 'node:timers/promises';
import type { Dealer, Router } from 'zeromq';
import { LINGER_MS } from './socket-options.js';

/** Bytes that are read in one iteration of the event loop. */
const ITERATION_BYTES = 4 * 2 ** 20;
/** Time after which a socket counts as closed without ZeroMQ's event. It is longer than closing may take. */
const GIVE_UP_MS = 2 * LINGER_MS;

/**
 * Messages of a socket until it is closed. A slow reader slows the senders down. The list of a message's frames is emptied when the
 * next message is asked for: otherwise the last message, perhaps the state of a server, would stay in memory while none comes. A reader
 * that keeps the list copies it.
 *
 * A message that has already arrived is read without an iteration of the event loop. Timers run and Node frees the memory of earlier
 * messages only between iterations. So the loop yields after every ITERATION_BYTES, however fast messages come.
 */
export async function* readSocket(socket: Dealer | Router): AsyncGenerator<Buffer[], void> {
  let bytesOfIteration = 0;
  while (!socket.closed) {
    let frames: Buffer[];
    try {
      frames = await socket.receive();
    } catch (error) {
      if (isClosed(socket)) return; // closing rejects a receive that waits
      throw error;
    }
    for (const frame of frames) bytesOfIteration += frame.byteLength;
    yield frames;
    frames.length = 0;
    if (bytesOfIteration < ITERATION_BYTES) continue;
    bytesOfIteration = 0;
    await setImmediate();
  }
}

/** A function, because the compiler assumes that a property keeps its value over an await. */
function isClosed(socket: Dealer | Router): boolean {
  return socket.closed;
}

/**
 * Closes a socket and waits until ZeroMQ has closed it: its messages are handed over, or given up after the linger time, and its address
 * is free. Without the wait a `process.exit()` would lose the last messages.
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

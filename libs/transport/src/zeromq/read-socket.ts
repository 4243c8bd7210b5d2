import { setImmediate } from 'node:timers/promises';
import type { Dealer, Router } from 'zeromq';

/** Bytes between two turns of node's event loop. */
const TURN_BYTES = 4 * 2 ** 20;

/**
 * Messages of a socket until it is closed; a slow reader slows the senders down. Who wants to keep a message's list of frames takes
 * a copy of it: the list is emptied when the next one is asked for, or the last message (a server's state, maybe) would stay in
 * memory as long as none comes.
 *
 * A message that is there already is read without a turn of the event loop, in which alone node gives back what was collected
 * of earlier ones, and timers run. So there is one every few megabytes, however fast messages come.
 */
export async function* readSocket(socket: Dealer | Router): AsyncGenerator<Buffer[], void> {
  let bytesOfTurn = 0;
  while (!socket.closed) {
    let frames: Buffer[];
    try {
      frames = await socket.receive();
    } catch (error) {
      if (isClosed(socket)) return; // closing rejects what waits
      throw error;
    }
    for (const frame of frames) bytesOfTurn += frame.byteLength;
    yield frames;
    frames.length = 0;
    if (bytesOfTurn < TURN_BYTES) continue;
    bytesOfTurn = 0;
    await setImmediate();
  }
}

/** A function, because the compiler takes what was true before an await for true after it. */
function isClosed(socket: Dealer | Router): boolean {
  return socket.closed;
}

import type { Dealer, Router } from 'zeromq';

/**
 * Messages of a socket until it is closed; a slow reader slows the senders down. Who wants to keep a message's list of frames takes
 * a copy of it: the list is emptied when the next one is asked for, or the last message (a server's state, maybe) would stay in
 * memory as long as none comes.
 */
export async function* readSocket(socket: Dealer | Router): AsyncGenerator<Buffer[], void> {
  while (!socket.closed) {
    let frames: Buffer[];
    try {
      frames = await socket.receive();
    } catch (error) {
      if (isClosed(socket)) return; // closing rejects what waits
      throw error;
    }
    yield frames;
    frames.length = 0;
  }
}

/** A function, because the compiler takes what was true before an await for true after it. */
function isClosed(socket: Dealer | Router): boolean {
  return socket.closed;
}

import { LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';

/**
 * Refuses a message that the other end would not take, and frames that ZeroMQ would send as text: it turns a bare SharedArrayBuffer into
 * its name.
 * @throws LetheError MESSAGE_MALFORMED
 */
export function checkFrames(frames: Frames, maxFrameBytes = Number.POSITIVE_INFINITY): void {
  if (frames.length === 0) throw new LetheError('MESSAGE_MALFORMED', 'a message needs at least one frame');
  for (const [index, frame] of frames.entries()) {
    // The type demands it, but the bytes may come from a place with a type assertion.
    if (!((frame as unknown) instanceof Uint8Array)) {
      const found = Object.prototype.toString.call(frame);
      throw new LetheError('MESSAGE_MALFORMED', `frame ${index} must be a Uint8Array, found ${found}`);
    }
    if (frame.byteLength > maxFrameBytes) {
      const found = `frame ${index} has ${frame.byteLength} bytes, more than the ${maxFrameBytes} that the other end takes`;
      throw new LetheError('MESSAGE_MALFORMED', found);
    }
  }
}

/** Bytes of all frames of a message together. */
export function byteLengthOf(frames: Frames): number {
  return frames.reduce((sum, frame) => sum + frame.byteLength, 0);
}

/** An iterable with one reader alone: a second reader would silently take every other message. */
export function readOnce<T>(read: () => AsyncIterator<T>): AsyncIterable<T> {
  let taken = false;
  return {
    [Symbol.asyncIterator]: () => {
      if (taken) throw new Error('the messages of a connection or listener can be iterated once');
      taken = true;
      return read();
    },
  };
}

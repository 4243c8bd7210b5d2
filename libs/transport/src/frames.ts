import { LetheError } from '@lethe/errors';
import type { Frames } from '@lethe/protocol';

/** Refuses what the other end would not take, and what ZeroMQ would send as text: it turns a bare SharedArrayBuffer into its name. */
export function checkFrames(frames: Frames, maxFrameBytes = Number.POSITIVE_INFINITY): void {
  if (frames.length === 0) throw new LetheError('MESSAGE_MALFORMED', 'a message needs at least one frame');
  for (const [index, frame] of frames.entries()) {
    // The type says so, but the bytes may come from where types were asserted.
    if (!((frame as unknown) instanceof Uint8Array)) {
      const found = Object.prototype.toString.call(frame);
      throw new LetheError('MESSAGE_MALFORMED', `frame ${index} must be a Uint8Array, found ${found}`);
    }
    if (frame.byteLength > maxFrameBytes) throw new LetheError('MESSAGE_MALFORMED', `frame ${index} has ${frame.byteLength} bytes, more than the ${maxFrameBytes} that the other end takes`);
  }
}

export function byteLengthOf(frames: Frames): number {
  return frames.reduce((sum, frame) => sum + frame.byteLength, 0);
}

/** An iterable whose messages go to one reader: a second one would silently take every other message. */
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

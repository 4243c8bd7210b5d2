import type * as tfjs from '@tensorflow/tfjs';

let queue: Promise<unknown> = Promise.resolve();

/**
 * Does what starts a backend of tfjs or needs one to be active, one after the other: a process has one active backend, and while one
 * starts no other computes.
 */
export function inTurn<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const result = queue.then(work);
  queue = result.catch(() => undefined); // whoever asked for it hears of it
  return result;
}

/** Lets tfjs compute on a backend that was started before, at once: another engine of this process may have been used since. */
export function activateBackend(tf: typeof tfjs, name: string): void {
  // Of a backend that was started nothing is left to be waited for.
  if (tf.getBackend() !== name) void tf.setBackend(name);
}

import { setImmediate } from 'node:timers/promises';

/** Handles what waits in the event loop: a computation blocks it, and a process that answers no message for long counts as dead. */
export function yieldToEventLoop(): Promise<void> {
  return setImmediate();
}

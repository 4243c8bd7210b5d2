import { setImmediate } from 'node:timers/promises';

/** Lets messages come and heartbeats go: computing blocks the process, and one that is silent for long counts as dead. */
export function letOthersRun(): Promise<void> {
  return setImmediate();
}

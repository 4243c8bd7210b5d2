import { readlink } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';

/** Asked often enough, each thread of the pool has answered once. */
const ROUNDS = 4;
const ASKED_AT_ONCE = 32;

let lowered: Promise<void> | null = null;

/**
 * From now on the threads in which Node reads files and images are decoded give way to the other threads and processes of this machine
 * (a tenth of the usual weight, not less: where much else goes on they would stand still), so that decoding does not slow the steps of
 * a run that is training here. It does nothing where threads have no priority of their own, that is anywhere but on Linux. There is no
 * way back for whoever is not root.
 */
export async function lowerThreadPriority(): Promise<void> {
  lowered ??= lowerAll().catch(() => undefined);
  await lowered;
}

async function lowerAll(): Promise<void> {
  const threads = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    // The link names the thread that reads it: PROCESS/task/THREAD.
    const links = await Promise.all(Array.from({ length: ASKED_AT_ONCE }, () => readlink('/proc/thread-self')));
    for (const link of links) threads.add(Number(link.split('/').at(-1)));
  }
  for (const thread of threads) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
}

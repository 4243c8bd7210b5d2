import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { invalidAddress } from '../address.js';

/**
 * Makes sure that nobody's file is lost: on binding, ZeroMQ removes whatever lies at the path, be it a file or the
 * socket of a listener that is alive.
 */
export async function checkIpcPath(address: string, path: string): Promise<void> {
  if (path.startsWith('@')) return; // Linux's abstract names are no files
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw invalidAddress(address, 'something that is not a socket lies there');
  if (await answers(path)) throw invalidAddress(address, 'it is already in use');
}

/** Whether a process still listens; one that died leaves its socket behind. */
async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

export async function removeIpcPath(path: string): Promise<void> {
  if (!path.startsWith('@')) await rm(path, { force: true });
}

import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { invalidAddress } from '../address.js';

/**
 * Checks that binding destroys nothing: ZeroMQ removes what lies at the path, even a file or the socket of a listener that is alive.
 * @throws LetheError ADDRESS_INVALID
 */
export async function checkIpcPath(address: string, path: string): Promise<void> {
  if (path.startsWith('@')) return; // an abstract name of Linux is no file
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw invalidAddress(address, 'something that is not a socket lies there');
  if (await answers(path)) throw invalidAddress(address, 'it is already in use');
}

/** Whether a process listens at the socket: a process that died leaves its socket behind. */
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

/** Removes the socket of a closed listener. */
export async function removeIpcPath(path: string): Promise<void> {
  if (!path.startsWith('@')) await rm(path, { force: true });
}

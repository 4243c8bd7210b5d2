import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeAbandoned, signOwnership } from '@lethe/code';
import { LetheError } from '@lethe/errors';

/** Bytes of the longest path that a socket can have: the kernel's `sockaddr_un`, less the zero at its end. */
const LONGEST_PATH = 107;
/** As long as a name here can become: a server of many, in a late life. */
const LONGEST_NAME = 'server-9999-99999';
/** Short, and there on every system that has such sockets. */
const SHORT_FOLDER = '/tmp';

const PREFIX = 'lethe-';

/**
 * Addresses on this machine, in a folder that only this user can enter; socket paths must be short. What processes that were killed
 * have left is removed on the way.
 */
export class LocalAddresses {
  readonly #folder: string;

  /**
   * @param temporaryFolder where the folder is made, unless that is too long for sockets to lie below it
   * @throws LetheError ADDRESS_INVALID if no folder can be made
   */
  constructor(temporaryFolder: string) {
    const longest = Buffer.byteLength(join(temporaryFolder, `${PREFIX}XXXXXX`, LONGEST_NAME));
    const folder = longest > LONGEST_PATH ? SHORT_FOLDER : temporaryFolder;
    removeAbandoned(folder, PREFIX);
    try {
      this.#folder = mkdtempSync(join(folder, PREFIX));
      signOwnership(this.#folder);
    } catch (error) {
      throw new LetheError('ADDRESS_INVALID', `TMPDIR: expected a folder for sockets that can be written to, found ${folder}`, {
        cause: error,
      });
    }
  }

  of(name: string): string {
    return `ipc://${join(this.#folder, name)}`;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

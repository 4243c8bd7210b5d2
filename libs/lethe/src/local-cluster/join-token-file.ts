import { rmSync, writeFileSync } from 'node:fs';
import { errorMessage, LetheError } from '@lethe/errors';
import { encodeJoinToken, type RunKeys } from '@lethe/transport';

/** The token of a run in a file that only this user can read, as long as the run goes on: a command line can be seen by all. */
export class JoinTokenFile {
  readonly path: string;

  /** @throws LetheError STORAGE_FAILED */
  constructor(path: string, { member }: RunKeys) {
    this.path = path;
    try {
      // A file of an earlier start may be readable by others.
      this.remove();
      writeFileSync(path, `${encodeJoinToken(member)}\n`, { mode: 0o600, flag: 'wx' });
    } catch (error) {
      throw new LetheError('STORAGE_FAILED', `${path}: expected a place for the token of those who join, found none (${errorMessage(error)})`, { cause: error });
    }
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }
}

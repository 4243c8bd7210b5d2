import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { expectWritableFolder } from './writable.js';

/**
 * A file or folder that a command makes. It is written under another name beside its place, and is there whole or not at all: whatever
 * ends the command before, nothing stays.
 */
export class NewOutput {
  /** Where it ends up. */
  readonly path: string;
  /** Where it is written. */
  readonly temporary: string;

  private constructor(path: string) {
    this.path = path;
    this.temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  }

  /**
   * Checks, before any work, that there is nothing yet, or an empty folder, and that it can be made.
   * @param where how the user named it, for messages
   * @throws LetheError CONFIG_INVALID
   */
  static async begin(where: string, path: string): Promise<NewOutput> {
    await expectWritableFolder(where, dirname(path));
    const found = await stat(path).catch(() => null);
    const isTaken = found?.isDirectory() === true ? (await readdir(path)).length > 0 : found !== null;
    if (isTaken) throw new LetheError('CONFIG_INVALID', `${where}: expected nothing there yet, found ${path}: remove it, or name another`);
    const output = new NewOutput(path);
    await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => { throw storageError(path, error); });
    await output.discard();
    return output;
  }

  /** Puts what was written in its place. @throws LetheError STORAGE_FAILED */
  async commit(): Promise<void> {
    try {
      await rmdir(this.path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
      await rename(this.temporary, this.path);
    } catch (error) {
      throw storageError(this.path, error);
    }
  }

  /** Removes what was written, if there is any. */
  async discard(): Promise<void> {
    await rm(this.temporary, { recursive: true, force: true });
  }
}

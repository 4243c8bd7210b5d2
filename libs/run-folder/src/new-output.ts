import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import { expectWritableFolder } from './writable.js';

let begun = 0;

/**
 * A file or folder that a command makes. It is written under another name beside its place, and is there whole or not at all: whatever
 * ends the command before, nothing stays.
 */
export class NewOutput {
  /** Where it ends up. */
  readonly path: string;
  /** Where it is written. */
  readonly temporary: string;

  /** The first folder above it that was not there; undefined: all were. */
  readonly #made: string | undefined;
  #isInPlace = false;

  private constructor(path: string, made: string | undefined) {
    this.path = path;
    this.temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${begun++}.tmp`);
    this.#made = made;
  }

  /**
   * Makes a file or folder. Before any work it is checked that there is nothing yet, or an empty folder, and that it can be made.
   * @param where how the user named it, for messages
   * @param write writes it at `temporary`
   * @throws LetheError CONFIG_INVALID if something is there already, STORAGE_FAILED, and what `write` throws
   */
  static make<Result>(where: string, path: string, write: (output: NewOutput) => Promise<Result>): Promise<Result> {
    return NewOutput.makeAll(where, [path], ([output]) => write(output as NewOutput));
  }

  /** Makes several, as `make` does one: all of them or none. The first, whose company the others are, comes into its place last. */
  static async makeAll<Result>(
    where: string, paths: readonly string[], write: (outputs: readonly NewOutput[]) => Promise<Result>,
  ): Promise<Result> {
    const begun: NewOutput[] = [];
    let areInPlace = false;
    try {
      for (const path of paths) begun.push(await NewOutput.#begin(where, path));
      const result = await write(begun);
      for (const output of begun.toReversed()) await output.#commit();
      areInPlace = true;
      return result;
    } finally {
      // The first may have made the folders of all.
      if (!areInPlace) for (const output of begun.toReversed()) await output.#discard();
    }
  }

  static async #begin(where: string, path: string): Promise<NewOutput> {
    await expectWritableFolder(where, dirname(path));
    const found = await lstat(path).catch(() => null);
    const isTaken = found?.isDirectory() === true ? (await readdir(path)).length > 0 : found !== null;
    if (isTaken) throw new LetheError('CONFIG_INVALID', `${where}: expected nothing there yet, found ${path}: name another place`);
    const made = await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => { throw storageError(path, error); });
    return new NewOutput(path, made);
  }

  /** Writes some of it. @throws LetheError STORAGE_FAILED for what the operating system refuses, such as a full disk */
  store<Result>(write: () => Promise<Result>): Promise<Result> {
    return write().catch((error: unknown) => { throw storageError(this.path, error); });
  }

  /** Puts what was written in its place. */
  async #commit(): Promise<void> {
    await this.store(async () => {
      await rmdir(this.path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
      await rename(this.temporary, this.path);
    });
    this.#isInPlace = true;
  }

  /** Removes what was written, wherever it lies. */
  async #discard(): Promise<void> {
    await rm(this.#isInPlace ? this.path : this.temporary, { recursive: true, force: true });
    if (this.#made === undefined) return;
    // Folders that were made for it go too, unless something else lies in them by now.
    for (let folder = dirname(this.path), isGone = true; isGone && folder.startsWith(this.#made); folder = dirname(folder)) {
      isGone = await rmdir(folder).then(() => true, () => false);
    }
  }
}

import { mkdir, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { errorCode, LetheError } from '@lethe/errors';
import { expectWritableFolder } from './writable.js';

let made = 0;

/**
 * Checks, before any work, that a folder of results can be made: nothing may be there but an empty folder.
 *
 * @param where how the user named it, for the message
 * @throws LetheError CONFIG_INVALID
 */
export async function expectNewFolder(where: string, folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found !== null && !found.isDirectory()) throw taken(where, folder, 'a file');
  if (found !== null && (await readdir(folder)).length > 0) throw taken(where, folder, 'a folder with files');
  await expectWritableFolder(where, dirname(folder));
}

function taken(where: string, folder: string, what: string): LetheError {
  return new LetheError('CONFIG_INVALID', `${where}: expected a folder that is not there yet, or an empty one, found ${folder}, ${what}`);
}

/**
 * Makes a folder of results whole or not at all: it is written under another name beside its place and renamed at the end. After an error
 * nothing of it is left.
 *
 * @param files contents by their paths in the folder, with / between their parts
 * @throws LetheError STORAGE_FAILED
 */
export async function writeOutputFolder(
  folder: string, files: ReadonlyMap<string, Uint8Array>, { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const above = dirname(folder);
  const temporary = join(above, `.${basename(folder)}.${process.pid}-${made++}.tmp`);
  let first: string | undefined;
  try {
    first = await mkdir(above, { recursive: true });
    await mkdir(temporary);
    for (const [name, bytes] of files) {
      signal?.throwIfAborted();
      const file = join(temporary, ...name.split('/'));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes, { flush: true });
    }
    signal?.throwIfAborted();
    // An empty folder may be in the place.
    await rmdir(folder).catch((error: unknown) => { if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; });
    await rename(temporary, folder);
  } catch (error) {
    await rm(first ?? temporary, { recursive: true, force: true }).catch(() => undefined);
    if (signal?.aborted === true || errorCode(error) !== undefined) throw error;
    throw storageError(folder, error);
  }
}

import { open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LetheError } from '@lethe/errors';

let written = 0;

/** The name of a file while it is written: hidden, so that no reader takes it for the finished file; no two writers have the same. */
const TEMPORARY = /^\..+\.\d+-\d+\.tmp$/;

/** True for the name of a file that a writer left behind when it was killed. */
export function isTemporaryFile(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * Writes a file so that there is either the old file or the complete new one, even after a crash or with a full disk. The bytes are
 * written under another name and synced to the disk, the file is renamed, and the folder is synced.
 * @throws LetheError STORAGE_FAILED
 */
export async function writeFileAtomically(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}.${hostname()}.${process.pid}-${written++}.tmp`);
  try {
    await writeAndSync(temporary, parts);
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storageError(file, error);
  }
}

async function writeAndSync(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename survives a power failure only after the folder itself has been synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** STORAGE_FAILED for a file that could not be written, with what the user can do. */
export function storageError(file: string, cause: unknown): LetheError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error';
  const reasons: Record<string, string> = {
    ENOSPC: 'the disk is full: free some space and resume the run',
    EDQUOT: 'your disk quota is used up: free some space and resume the run',
    EACCES: 'no permission to write there',
    EROFS: 'the file system is read-only',
    ENOENT: 'its folder is gone',
    EISDIR: 'a folder is in its place',
    EEXIST: 'a file is in the place of its folder',
    ENOTDIR: 'a file is in the place of its folder',
  };
  return new LetheError('STORAGE_FAILED', `Cannot write ${file}: ${reasons[code] ?? code}.`, { cause, details: { file, code } });
}

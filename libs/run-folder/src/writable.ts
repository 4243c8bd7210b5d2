import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LetheError } from '@lethe/errors';

/**
 * Checks, before any work, that files can be made in a folder, which need not exist yet.
 * @param where how the user named the folder, for the message
 * @throws LetheError CONFIG_INVALID
 */
export async function expectWritableFolder(where: string, folder: string): Promise<void> {
  let place = folder;
  let found = await lookAt(place);
  for (; found === null && dirname(place) !== place; found = await lookAt(place)) place = dirname(place);
  if (found?.isDirectory() !== true) {
    throw refusal(where, 'a folder', `${place === folder ? '' : `${folder}, which would lie in `}the file ${place}`);
  }
  await expectAccess(where, place, 'a folder that can be written to');
}

/**
 * Checks, before any work, that a file can be written. An existing file would be replaced. Its folder has to exist.
 * @throws LetheError CONFIG_INVALID
 */
export async function expectWritableFile(where: string, file: string): Promise<void> {
  const found = await lookAt(file);
  if (found?.isDirectory() === true) throw refusal(where, 'a file', `the folder ${file}`);
  if (found !== null) {
    await expectAccess(where, file, 'a file that can be written to');
    return;
  }
  const folder = dirname(file);
  if ((await lookAt(folder))?.isDirectory() !== true) throw refusal(where, 'a file in a folder that is there', file);
  await expectAccess(where, folder, 'a file in a folder that can be written to');
}

/** Null: nothing is at the path, or nothing can be, as a file lies above. */
function lookAt(path: string): Promise<Stats | null> {
  return stat(path).catch(() => null);
}

async function expectAccess(where: string, path: string, expected: string): Promise<void> {
  await access(path, constants.W_OK).catch((error: unknown) => { throw refusal(where, expected, path, error); });
}

function refusal(where: string, expected: string, found: string, cause?: unknown): LetheError {
  return new LetheError('CONFIG_INVALID', `${where}: expected ${expected}, found ${found}`, { cause });
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LetheError } from '@lethe/errors';

/** @throws LetheError DATA_MISSING unless the path is a folder */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const what = found === undefined ? 'nothing' : 'a file';
  throw new LetheError('DATA_MISSING', `${folder}: expected a data folder, found ${what} there`, { details: { folder } });
}

/**
 * The first of several possible names that is a file in the folder.
 * @throws LetheError DATA_MISSING with all names
 */
export async function findFile(folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true) return file;
  }
  const message = `${folder}: expected a file named ${names.join(' or ')}, found none`;
  throw new LetheError('DATA_MISSING', message, { details: { folder, names } });
}

import { readdir, stat } from 'node:fs/promises';
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
 * The first of several possible names that is a file in the folder, or a folder that holds the file: programs that unpack make one.
 * @throws LetheError DATA_MISSING with all names
 */
export async function findFile(folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) return path;
    const inside = found?.isDirectory() === true ? await fileInside(path, names) : null;
    if (inside !== null) return inside;
  }
  const message = `${folder}: expected a file named ${names.join(' or ')}, found none`;
  throw new LetheError('DATA_MISSING', message, { details: { folder, names } });
}

/** A file of one of the names, or the only file there is. */
async function fileInside(folder: string, names: readonly string[]): Promise<string | null> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
  const named = names.find((name) => files.includes(name)) ?? (files.length === 1 ? files[0] : undefined);
  return named === undefined ? null : join(folder, named);
}

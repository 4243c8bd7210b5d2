import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage } from '@lethe/errors';
import { byCodeUnit } from '../class-names.js';
import { requireFolder } from '../formats/folder-files.js';
import { Unpacking } from '../formats/unpacking.js';
import type { Holding } from './found-dataset.js';
import { INSPECTORS } from './inspectors.js';

/** What a data folder and the folders right below it hold. */
export interface FolderContents {
  readonly holdings: readonly Holding[];
  /** What looks like data but cannot be read, and why. */
  readonly damaged: readonly string[];
}

/**
 * @param unpackedGiB most that may be unpacked while one folder is looked at for one kind of data
 * @throws LetheError DATA_MISSING when the folder does not exist
 */
export async function inspectFolder(folder: string, unpackedGiB: number): Promise<FolderContents> {
  await requireFolder(folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort(byCodeUnit);
  const holdings: Holding[] = [];
  const damaged: string[] = [];
  for (const name of ['', ...below]) {
    const files = await readdir(join(folder, name), { withFileTypes: true });
    const names = files.filter((entry) => entry.isFile()).map((entry) => entry.name).sort(byCodeUnit);
    for (const inspect of INSPECTORS) {
      try {
        const found = await inspect(join(folder, name), name, names, new Unpacking(unpackedGiB));
        if (found !== null) holdings.push(found);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        damaged.push(errorMessage(error));
      }
    }
  }
  return { holdings, damaged };
}

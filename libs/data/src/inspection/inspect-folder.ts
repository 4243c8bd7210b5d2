import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage } from '@lethe/errors';
import { requireFolder } from '../formats/folder-files.js';
import { Unpacking } from '../formats/unpacking.js';
import { byCodeUnit } from '../name-order.js';
import type { FoundDataset } from './found-dataset.js';
import { INSPECTORS } from './inspectors.js';

/** The data in a folder and in the folders right below it. */
export interface FolderContents {
  readonly found: readonly FoundDataset[];
  /** A message for each kind of data that is there and cannot be read. */
  readonly damaged: readonly string[];
}

/**
 * Looks for data of every kind that a run can read.
 * @param unpackedGiB bound on what is unpacked, for each folder and each kind of data anew
 * @throws LetheError DATA_MISSING when the folder does not exist
 */
export async function inspectFolder(folder: string, unpackedGiB: number): Promise<FolderContents> {
  await requireFolder(folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort(byCodeUnit);
  const found: FoundDataset[] = [];
  const damaged: string[] = [];
  for (const name of ['', ...below]) {
    const inspected = join(folder, name);
    const content = await readdir(inspected, { withFileTypes: true });
    const files = content.filter((entry) => entry.isFile()).map((entry) => entry.name).sort(byCodeUnit);
    for (const inspect of INSPECTORS) {
      try {
        const dataset = await inspect({ folder: inspected, name, files, unpacking: new Unpacking(unpackedGiB) });
        if (dataset !== null) found.push(dataset);
      } catch (error) {
        if (errorCode(error) === undefined) throw error;
        damaged.push(errorMessage(error));
      }
    }
  }
  return { found, damaged };
}

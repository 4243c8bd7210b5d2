import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodeUnit } from '../name-order.js';
import { requireFolder } from './lists/folder-files.js';

/** What file systems and archivers leave behind: names with a dot before them, and macOS's folder of doubles. */
const HIDDEN = /^\.|^__MACOSX$/;

/** Whether a path has a hidden file or folder in it. */
export function isHidden(path: string): boolean {
  return path.split('/').some((part) => HIDDEN.test(part));
}

/**
 * The files in a folder and in the folders below it, without hidden ones: paths relative to the folder with forward slashes, in the order
 * of their code units. Links are followed; a folder that is met again by a link is not gone through again.
 * @throws LetheError DATA_MISSING
 */
export async function scanFiles(folder: string): Promise<string[]> {
  await requireFolder(folder);
  const found: string[] = [];
  const seen = new Set<string>();
  const scan = async (below: string): Promise<void> => {
    const place = await realpath(join(folder, below));
    if (seen.has(place)) return;
    seen.add(place);
    for (const entry of await readdir(place, { withFileTypes: true })) {
      if (HIDDEN.test(entry.name)) continue;
      const path = `${below}${entry.name}`;
      const kind = entry.isSymbolicLink() ? await stat(join(folder, path)).catch(() => entry) : entry;
      if (kind.isFile()) found.push(path);
      else if (kind.isDirectory()) await scan(`${path}/`);
    }
  };
  await scan('');
  return found.sort(byCodeUnit);
}

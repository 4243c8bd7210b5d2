import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST, readManifest } from './cache-entry.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Entries that nobody has used for so long are removed. */
const KEPT_DAYS = 30;
/** Files without a manifest are still being written, or were left behind by a process that was killed. */
const WRITTEN_DAYS = 1;

/** Removes what nobody needs any more from the folder of the cache. A process that reads such a file may read on. */
export async function cleanCache(folder: string, now = Date.now()): Promise<void> {
  const named = new Set<string>();
  const names = await readdir(folder);
  for (const name of names.filter((name) => MANIFEST.test(name))) {
    const file = (await readManifest(join(folder, name)))?.file;
    if (await isOlder(join(folder, name), now - KEPT_DAYS * DAY_MS)) {
      await remove(folder, name);
      if (file !== undefined) await remove(folder, file);
    } else if (file !== undefined) {
      named.add(file);
    }
  }
  for (const name of names.filter((name) => !MANIFEST.test(name) && !named.has(name))) {
    if (await isOlder(join(folder, name), now - WRITTEN_DAYS * DAY_MS)) await remove(folder, name);
  }
}

async function isOlder(path: string, time: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.mtimeMs < time;
}

async function remove(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { force: true }).catch(() => undefined);
}

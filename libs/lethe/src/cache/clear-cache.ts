import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { errorCode, LetheError } from '@lethe/errors';
import { RunLock } from '@lethe/run-folder';
import { CACHE_KINDS, type CacheKindName } from './cache-kinds.js';
import { readCache, type CacheEntry } from './cache-entries.js';

/** What became of the entries of a cache. */
export interface ClearedCache {
  readonly removed: readonly CacheEntry[];
  /** Those that a running process uses: they stayed. */
  readonly kept: readonly CacheEntry[];
}

/**
 * Removes what lies in the cache, or what is of one kind; not what a running process uses, and nothing that is not Lethe's.
 * @throws LetheError STORAGE_FAILED for what cannot be removed, or where the system does not tell what processes use
 */
export async function clearCache(cacheFolder: string, kind: CacheKindName | null): Promise<ClearedCache> {
  const { folder, entries, isUseKnown } = await readCache(cacheFolder);
  if (!isUseKnown)
    throw new LetheError('STORAGE_FAILED', `${folder}: expected to find in /proc which files processes use, found nothing there`);
  const [removed, kept]: [CacheEntry[], CacheEntry[]] = [[], []];
  for (const entry of entries.filter((one) => one.kind !== null && (kind === null || one.kind === kind))) {
    if (!entry.isUsed && (await removeEntry(entry, folder))) removed.push(entry);
    else kept.push(entry);
  }
  return { removed, kept };
}

/** @returns false if another process is about to make the entry */
async function removeEntry({ kind, paths, lock }: CacheEntry, cacheFolder: string): Promise<boolean> {
  const isShelf = CACHE_KINDS.some(({ name, isShelf }) => name === kind && isShelf);
  const remove = (path: string): Promise<void> => (isShelf ? rm(path, { recursive: true, force: true }) : removeFolder(path, cacheFolder));
  const removeAll = async (): Promise<void> => {
    for (const path of paths) if (path !== lock) await remove(path).catch((error: unknown) => { throw storageError(path, error); });
  };
  if (lock === null) {
    await removeAll();
    return true;
  }
  const held = await RunLock.acquire(lock, dirname(lock)).catch((error: unknown) => {
    if (errorCode(error) !== 'RUN_LOCKED') throw error;
    return null;
  });
  if (held === null) return false;
  try {
    await removeAll();
  } finally {
    await held.release();
  }
  return true;
}

/** The folder is gone at once: nobody finds half of it. What is left of it if this process is killed is an unfinished set-up. */
async function removeFolder(path: string, cacheFolder: string): Promise<void> {
  const aside = join(cacheFolder, `.partial-${hostname()}-${process.pid}-${randomUUID()}-${basename(path)}`);
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true });
}

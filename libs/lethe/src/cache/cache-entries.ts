import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RunLock } from '@lethe/run-folder';
import { CACHE_KINDS, type CacheKind, type CacheKindName } from './cache-kinds.js';
import { filesInUse } from './used-files.js';

/** A thing in the cache folder: a file, several that belong together, or a folder. */
export interface CacheEntry {
  /** Null: it is none of Lethe's. */
  readonly kind: CacheKindName | null;
  readonly name: string;
  /** Absolute paths. */
  readonly paths: readonly string[];
  /** Absolute path of the lock by which one process at a time makes it, or removes it; null: it has none. */
  readonly lock: string | null;
  /** On the disk. */
  readonly bytes: number;
  /** When it was written last, in milliseconds since 1970. Decoded inputs are touched whenever they are used. */
  readonly writtenMs: number;
  readonly isUsed: boolean;
}

/** What lies in a cache folder. */
export interface CacheContents {
  /** Absolute path without symbolic links. */
  readonly folder: string;
  readonly entries: readonly CacheEntry[];
  /** False: the system does not tell which files processes use. */
  readonly isUseKnown: boolean;
}

/** Files whose names begin with one key are one entry of decoded inputs. */
const KEY = /^\.?([0-9a-f]{32})[.-]/;
/** A set-up whose process lives has written within that time. */
const WRITING_MS = 60 * 60 * 1000;

/** Looks through a cache folder, which need not be there. */
export async function readCache(cacheFolder: string): Promise<CacheContents> {
  const folder = await realpath(cacheFolder).catch(() => cacheFolder);
  const used = await filesInUse(folder);
  const found = await Promise.all((await namesIn(folder)).map(async (name) => {
    const kind: CacheKind | undefined = CACHE_KINDS.find(({ names }) => names.test(name));
    const groups = kind?.isShelf === true ? groupsIn(join(folder, name), await namesIn(join(folder, name))) : [[join(folder, name)]];
    return Promise.all(groups.map((paths) => entryOf(kind, paths, used ?? new Set())));
  }));
  return { folder, entries: found.flat(), isUseKnown: used !== null };
}

/** Files of one key together, every other one by itself. */
function groupsIn(shelf: string, names: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = KEY.exec(name)?.[1] ?? name;
    groups.set(key, [...(groups.get(key) ?? []), join(shelf, name)]);
  }
  return [...groups.values()];
}

async function entryOf(kind: CacheKind | undefined, paths: readonly string[], used: ReadonlySet<string>): Promise<CacheEntry> {
  const [first = ''] = paths;
  const [place, key] = [dirname(first), KEY.exec(basename(first))?.[1] ?? null];
  const sizes = await Promise.all(paths.map(sizeOf));
  const writtenMs = sizes.reduce((latest, size) => Math.max(latest, size.writtenMs), 0);
  const lock = kind?.name === 'inputs' && key !== null ? join(place, `.${key}.lock`) : null;
  const isHeld = lock !== null && paths.includes(lock) && (await RunLock.holder(lock)) !== null;
  const isBeingWritten = kind?.name === 'unfinished' && Date.now() - writtenMs < WRITING_MS;
  return {
    kind: CACHE_KINDS.find(({ name }) => name === kind?.name)?.name ?? null,
    name: key ?? basename(first),
    paths, lock, writtenMs,
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    isUsed: isHeld || isBeingWritten || paths.some((path) => isAnyUsed(path, used)),
  };
}

function isAnyUsed(path: string, used: ReadonlySet<string>): boolean {
  return used.has(path) || [...used].some((file) => file.startsWith(`${path}/`));
}

/** Of everything below a path, which may be gone meanwhile. */
async function sizeOf(path: string): Promise<{ bytes: number; writtenMs: number }> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return { bytes: 0, writtenMs: 0 };
  const below = found.isDirectory() ? await Promise.all((await namesIn(path)).map((name) => sizeOf(join(path, name)))) : [];
  return below.reduce(
    (sum, { bytes, writtenMs }) => ({ bytes: sum.bytes + bytes, writtenMs: Math.max(sum.writtenMs, writtenMs) }),
    { bytes: found.blocks * BLOCK_BYTES, writtenMs: found.mtimeMs },
  );
}

/** What a block of `stat` counts, whatever the disk's blocks are. */
const BLOCK_BYTES = 512;

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch((): string[] => [])).sort();
}

import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { errorCode, LetheError } from '@lethe/errors';
import { RunLock } from '@lethe/run-folder';
import type { InputReader } from '../model/inputs.js';
import { enterFile, findEntry, type CacheEntry } from './cache-entry.js';
import { cleanCache } from './clean-cache.js';
import { partialPrefix, writeInputs, type WritingOptions } from './input-writer.js';

const POLL_MS = 100;
/** A lock whose process cannot be seen from here (of another host, on a shared disk) is not waited for any longer. */
const UNSEEN_POLLS = 20;

export interface CacheOptions extends WritingOptions {
  /** Told what is going on. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

/**
 * The entry of the cache, decoded now unless there is one. Of several processes that want it at once, one decodes, and the others wait
 * for it; if it dies, another begins anew.
 * @throws LetheError STORAGE_FAILED, INTERRUPTED, and what the reader throws
 */
export async function cachedEntry(reader: InputReader, options: CacheOptions): Promise<CacheEntry> {
  const { folder, key } = options;
  const found = await findEntry(folder, key);
  if (found !== null) return found;
  const lock = await lockOrWait(options);
  try {
    return (await findEntry(folder, key)) ?? (await addEntry(reader, options, lock !== null));
  } finally {
    await lock?.release();
  }
}

/** @returns null if the entry is there by now, or the lock is of a process that cannot be seen: a second file then harms nobody. */
async function lockOrWait({ folder, key, signal, onNotice }: CacheOptions): Promise<RunLock | null> {
  const file = join(folder, `.${key}.lock`);
  let [unseen, told] = [0, false];
  for (;;) {
    const lock = await RunLock.acquire(file, folder).catch((error: unknown) => {
      if (errorCode(error) !== 'RUN_LOCKED') throw error;
      return null;
    });
    if (lock !== null) return lock;
    const holder = await RunLock.holder(file);
    unseen = holder === null ? unseen + 1 : 0;
    if (unseen > UNSEEN_POLLS || (await findEntry(folder, key)) !== null) return null;
    if (holder !== null && !told) {
      onNotice?.(`waiting for process ${holder}, which is decoding the same inputs`);
      told = true;
    }
    await setTimeout(POLL_MS);
    if (signal?.aborted === true) throw new LetheError('INTERRUPTED', 'stopped while another process was decoding the same inputs');
  }
}

async function addEntry(reader: InputReader, options: CacheOptions, isLocked: boolean): Promise<CacheEntry> {
  const { folder, key } = options;
  if (isLocked) await removePartials(folder, key);
  const file = `${key}-${randomBytes(4).toString('hex')}.bin`;
  const { sha256, bad, odd } = await writeInputs(reader, file, options);
  await enterFile(folder, key, { file, sha256, bad: [...bad], odd });
  await cleanCache(folder);
  const entry = await findEntry(folder, key);
  if (entry === null) throw new LetheError('STORAGE_FAILED', `${folder}: expected the inputs just decoded in ${file}, found them changed`);
  return entry;
}

/** What decoders of this host that were killed have left behind: as long as the lock is held, none is at work. */
async function removePartials(folder: string, key: string): Promise<void> {
  const prefix = partialPrefix(key);
  for (const name of await readdir(folder)) if (name.startsWith(prefix)) await rm(join(folder, name), { force: true });
}

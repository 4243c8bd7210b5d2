import { closeSync, openSync, writeSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { storageError } from '@lethe/checkpoint';
import { processStart } from '@lethe/code';
import { LetheError } from '@lethe/errors';

/** The process that holds a run. `started` distinguishes it from a later process with the same number; null: unknown. */
export interface LockHolder { readonly host: string; readonly processId: number; readonly started: string | null }

export interface LockOptions {
  /** Called when a lock is broken that a process of another host may still hold; null: such a lock is respected. */
  readonly onBroken: ((warning: string) => void) | null;
  /** Makes a hard link of a file. Tests replace it to stand in for a file system. */
  readonly makeLink?: (existing: string, file: string) => Promise<void>;
}

/** Error codes of file systems without hard links: exFAT, SMB, many of FUSE. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS']);

/** A file that names the process that owns a folder. It stays behind when that process is killed, and is then taken over. */
export class RunLock {
  readonly #file: string;
  readonly #text: string;

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** @throws LetheError RUN_LOCKED while another process holds the lock, or may hold it on another host */
  static async acquire(file: string, folder: string, { onBroken, makeLink = link }: LockOptions = { onBroken: null }): Promise<RunLock> {
    const text = JSON.stringify({ host: hostname(), processId: process.pid, started: processStart(process.pid) } satisfies LockHolder);
    if (await place(file, text, makeLink)) return new RunLock(file, text);
    const found = await readFile(file, 'utf8').catch(() => '');
    const holder = parseHolder(found);
    const isElsewhere = holder !== null && holder.host !== hostname();
    if (holder !== null && !isGone(holder) && !(isElsewhere && onBroken !== null)) throw locked(folder, holder);
    // Two processes may find the same dead holder. Only the one that moves exactly that lock away goes on.
    const aside = `${file}.${randomUUID()}`;
    await rename(file, aside).catch(() => undefined);
    const moved = await readFile(aside, 'utf8').catch(() => null);
    if (moved !== null && moved !== found) await place(file, moved, makeLink).catch(() => undefined);
    await rm(aside, { force: true });
    const isAnother = moved !== null && moved !== found;
    if (isAnother || !(await place(file, text, makeLink))) throw locked(folder, await holderIn(file));
    if (isElsewhere) {
      const danger = `if that process lives after all, both write into ${folder} and spoil it`;
      onBroken?.(`the lock of process ${holder.processId} on ${holder.host} is broken: ${danger}`);
    }
    return new RunLock(file, text);
  }

  /** Process of this machine that holds the lock; null: none, or one that cannot be seen from here. */
  static async holder(file: string): Promise<number | null> {
    const holder = await RunLock.heldBy(file);
    return holder?.host === hostname() ? holder.processId : null;
  }

  /** Who holds the lock; null: nobody, or a process of this machine that is gone. That one of another host lives is believed. */
  static async heldBy(file: string): Promise<LockHolder | null> {
    const holder = await holderIn(file);
    return holder === null || isGone(holder) ? null : holder;
  }

  /** @throws LetheError RUN_LOCKED if somebody holds the lock, or may hold it on another host */
  static async expectNone(file: string, folder: string): Promise<void> {
    const holder = await RunLock.heldBy(file);
    if (holder !== null) throw locked(folder, holder);
  }

  /** Removes the lock, unless another process has taken it over. */
  async release(): Promise<void> {
    const found = await readFile(this.#file, 'utf8').catch(() => null);
    if (found === this.#text) await rm(this.#file, { force: true });
  }
}

/** Creates the lock together with its text. @returns false if there is a lock */
async function place(file: string, text: string, makeLink: NonNullable<LockOptions['makeLink']>): Promise<boolean> {
  const own = `${file}.${randomUUID()}`;
  try {
    await writeFile(own, text);
    await makeLink(own, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (NO_LINKS.has(code)) return await placeWithoutLink(file, text);
    throw storageError(file, error);
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Creates the lock on a file system without hard links. For a moment the file is empty, and a process that finds it empty takes it for
 * the lock of a dead process. So the lock counts only if the file has its text afterwards.
 */
async function placeWithoutLink(file: string, text: string): Promise<boolean> {
  try {
    // Synchronous calls keep that moment short.
    const created = openSync(file, 'wx');
    try {
      writeSync(created, text);
    } finally {
      closeSync(created);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw storageError(file, error);
  }
  return (await readFile(file, 'utf8').catch(() => null)) === text;
}

function locked(folder: string, holder: LockHolder | null): LetheError {
  if (holder === null) return new LetheError('RUN_LOCKED', `${folder} is in use by another process, which has just begun`);
  const who = `process ${holder.processId} on ${holder.host}`;
  const elsewhere = 'which cannot be seen from here: if it is gone, --break-lock takes its lock over';
  return new LetheError('RUN_LOCKED', `${folder} is in use by ${who}, ${holder.host === hostname() ? 'which is running' : elsewhere}`);
}

async function holderIn(file: string): Promise<LockHolder | null> {
  return parseHolder(await readFile(file, 'utf8').catch(() => ''));
}

/** Null: the text names no holder. */
function parseHolder(text: string): LockHolder | null {
  try {
    const { host, processId, started = null } = JSON.parse(text) as Partial<LockHolder>;
    return typeof host === 'string' && typeof processId === 'number' ? { host, processId, started } : null;
  } catch {
    return null;
  }
}

/** Only a process of this host can be known to be gone. */
function isGone({ host, processId, started }: LockHolder): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(processId, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const now = processStart(processId);
  return started !== null && now !== null && now !== started;
}

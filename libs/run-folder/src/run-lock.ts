import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { storageError } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';

/** Who holds a run. `started` tells a process from a later one that was given the same number; null where unknown. */
interface LockHolder { readonly host: string; readonly processId: number; readonly started: string | null }

export interface LockOptions {
  /** Told when a lock is broken that a process of another host may hold still; null: such a lock is respected. */
  readonly onBroken: ((warning: string) => void) | null;
  /** Makes a hard link of a file; the system's own unless a test plays a file system. */
  readonly makeLink?: (existing: string, file: string) => Promise<void>;
}

/** What file systems answer that have no hard links: exFAT, SMB, many of FUSE. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS']);

/** A file that says which process owns a folder. It outlives a process that is killed, and is then taken over. */
export class RunLock {
  readonly #file: string;
  readonly #text: string;

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** @throws LetheError RUN_LOCKED while another process has it, or may have it on another host */
  static async acquire(file: string, folder: string, { onBroken, makeLink = link }: LockOptions = { onBroken: null }): Promise<RunLock> {
    const text = JSON.stringify({ host: hostname(), processId: process.pid, started: startOf(process.pid) } satisfies LockHolder);
    if (await place(file, text, makeLink)) return new RunLock(file, text);
    const found = await readFile(file, 'utf8').catch(() => '');
    const holder = parseHolder(found);
    const isElsewhere = holder !== null && holder.host !== hostname();
    if (holder !== null && !isGone(holder) && !(isElsewhere && onBroken !== null)) throw locked(folder, holder);
    // Two processes may find the same dead holder: only the one that moves exactly that lock away goes on.
    const aside = `${file}.${randomUUID()}`;
    await rename(file, aside).catch(() => undefined);
    const moved = await readFile(aside, 'utf8').catch(() => null);
    if (moved !== null && moved !== found) await place(file, moved, makeLink).catch(() => undefined);
    await rm(aside, { force: true });
    if ((moved !== null && moved !== found) || !(await place(file, text, makeLink))) throw locked(folder, parseHolder(await readFile(file, 'utf8').catch(() => '')));
    if (isElsewhere) onBroken?.(`the lock of process ${holder.processId} on ${holder.host} is broken: if that process lives after all, both write into ${folder} and spoil it`);
    return new RunLock(file, text);
  }

  /** Process of this machine that holds the lock; null if none does that can be known. */
  static async holder(file: string): Promise<number | null> {
    const holder = parseHolder(await readFile(file, 'utf8').catch(() => ''));
    return holder === null || holder.host !== hostname() || isGone(holder) ? null : holder.processId;
  }

  /** Lets others have it; leaves a lock that is no longer this one alone. */
  async release(): Promise<void> {
    const found = await readFile(this.#file, 'utf8').catch(() => null);
    if (found === this.#text) await rm(this.#file, { force: true });
  }
}

/** Puts the lock there with its text at once, or says that there is one. */
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
 * Creates the lock where there are no hard links. For a moment it is there and empty: whoever finds it so takes it for a dead one's, so
 * that it counts only if it is there, as it was written, afterwards.
 */
async function placeWithoutLink(file: string, text: string): Promise<boolean> {
  try {
    // All at once, so that the moment is a short one.
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
  const advice = holder.host === hostname() ? 'which is running' : 'which cannot be seen from here: if it is gone, --break-lock takes its lock over';
  return new LetheError('RUN_LOCKED', `${folder} is in use by ${who}, ${advice}`);
}

/** Null for a lock that says nothing sensible. */
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
  const now = startOf(processId);
  return started !== null && now !== null && now !== started;
}

/** When a process started, in the kernel's ticks since boot; null where there is no such list. */
export function startOf(processId: number): string | null {
  try {
    // The name in parentheses may hold spaces; the 20th field after it is the start.
    return readFileSync(`/proc/${processId}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

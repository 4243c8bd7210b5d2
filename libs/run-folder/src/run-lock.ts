import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { storageError } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';

/** Who holds a run. `started` tells a process from a later one that was given the same number; null where unknown. */
interface LockHolder { readonly host: string; readonly processId: number; readonly started: string | null }

/** A file that says which process owns a folder. It outlives a process that is killed, and is then taken over. */
export class RunLock {
  readonly #file: string;
  readonly #text: string;

  private constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** @throws LetheError RUN_LOCKED while another process has it, or may have it on another host */
  static async acquire(file: string, folder: string): Promise<RunLock> {
    const text = JSON.stringify({ host: hostname(), processId: process.pid, started: startOf(process.pid) } satisfies LockHolder);
    if (await place(file, text)) return new RunLock(file, text);
    const found = await readFile(file, 'utf8').catch(() => '');
    const holder = parseHolder(found);
    if (holder !== null && !isGone(holder)) throw locked(folder, file, holder);
    // Two processes may find the same dead holder: only the one that moves exactly that lock away goes on.
    const aside = `${file}.${randomUUID()}`;
    await rename(file, aside).catch(() => undefined);
    const moved = await readFile(aside, 'utf8').catch(() => null);
    if (moved !== null && moved !== found) await link(aside, file).catch(() => undefined);
    await rm(aside, { force: true });
    if (moved === null || moved === found) if (await place(file, text)) return new RunLock(file, text);
    throw locked(folder, file, parseHolder(await readFile(file, 'utf8').catch(() => '')));
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
async function place(file: string, text: string): Promise<boolean> {
  const own = `${file}.${randomUUID()}`;
  try {
    await writeFile(own, text);
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw storageError(file, error);
  } finally {
    await rm(own, { force: true });
  }
}

function locked(folder: string, file: string, holder: LockHolder | null): LetheError {
  const who = holder === null ? 'another process' : `process ${holder.processId} on ${holder.host}`;
  return new LetheError('RUN_LOCKED', `${folder} is in use by ${who}; if that is gone, delete ${file}`);
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

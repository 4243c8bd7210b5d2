import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStart } from './process-start.js';

const FILE = 'owner.json';

/** The process that a temporary folder belongs to, so that it is taken neither for a later one of its number nor for one elsewhere. */
interface FolderOwner {
  readonly processId: number;
  /** In the kernel's ticks since boot; null where unknown. */
  readonly started: string | null;
  /** Which start of which kernel numbers the process; null where unknown. */
  readonly boot: string | null;
  /** In which of its lists of processes: a container has one of its own. */
  readonly processes: string | null;
}

/** Notes in the folder that it belongs to this process. */
export function signOwnership(folder: string): void {
  writeFileSync(
    join(folder, FILE),
    JSON.stringify({ processId: process.pid, started: processStart(process.pid), ...kernel() } satisfies FolderOwner),
  );
}

/**
 * Removes the folders of this name and user whose processes are known to be dead. What another host or container may have
 * made, or says nothing sensible about its owner, is left alone.
 */
export function removeAbandoned(temporaryFolder: string, prefix: string): void {
  for (const name of attempt(() => readdirSync(temporaryFolder)) ?? []) {
    const folder = join(temporaryFolder, name);
    if (name.startsWith(prefix) && attempt(() => isAbandoned(folder)) === true)
      attempt(() => {
        rmSync(folder, { recursive: true, force: true });
      });
  }
}

/** @throws whatever is wrong with the folder or its file */
function isAbandoned(folder: string): boolean {
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
  const { processId, started, boot, processes } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<FolderOwner>;
  const here = kernel();
  if (here.boot === null || boot !== here.boot || here.processes === null || processes !== here.processes) return false;
  if (typeof processId !== 'number' || typeof started !== 'string') return false;
  const now = processStart(processId);
  return now === null ? !exists(processId) : now !== started;
}

/** Whether a process of that number is there. */
function exists(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function kernel(): Pick<FolderOwner, 'boot' | 'processes'> {
  return {
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    processes: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** What it returns; null if it throws: others may be removing the same, or there is no such thing on this system. */
function attempt<Result>(act: () => Result): Result | null {
  try {
    return act();
  } catch {
    return null;
  }
}

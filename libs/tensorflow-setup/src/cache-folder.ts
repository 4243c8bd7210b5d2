import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { COMPLETE_NAME, completeFiles, ESSENTIAL_FILES } from './installation.js';
import { setupError } from './setup-error.js';
import type { EngineBuild } from './wheels.js';

/** Refuses to start a download that cannot fit. */
export async function requireRoom(cache: string, build: EngineBuild): Promise<void> {
  const { bavail, bsize } = await statfs(cache);
  const available = bavail * bsize;
  if (available >= build.diskBytes) return;
  const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw setupError(
    `Setting up TensorFlow needs ${inGigabytes(build.diskBytes)} in ${cache}, which has ${inGigabytes(available)} free. ` +
      `Free some space, or set LETHE_CACHE to a folder on a larger disk.`,
    { details: { folder: cache, requiredBytes: build.diskBytes, availableBytes: available } },
  );
}

/** A folder of this process alone to build in, so that two set-ups never write the same file. */
export async function makePartialFolder(cache: string, build: EngineBuild): Promise<string> {
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  return mkdtemp(join(cache, `.partial-${hostname()}-${process.pid}-${build.name}-`));
}

/** Removes what a killed set-up on this host left behind. Another host's process cannot be judged from here. */
async function removeAbandoned(cache: string): Promise<void> {
  const prefix = `.partial-${hostname()}-`;
  for (const name of await readdir(cache)) {
    if (!name.startsWith(prefix)) continue;
    if (!isRunning(Number.parseInt(name.slice(prefix.length), 10))) {
      await rm(join(cache, name), { recursive: true, force: true });
    }
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Gives a built folder its final name; when another process was faster, its result is kept. */
export async function publish(partial: string, folder: string): Promise<void> {
  const sizes = Object.fromEntries(ESSENTIAL_FILES.map((path) => [path, statSync(join(partial, path)).size]));
  await writeFile(join(partial, COMPLETE_NAME), JSON.stringify(sizes, undefined, 2));
  await chmod(partial, 0o755); // the temporary name was made for one user alone
  if (existsSync(folder) && completeFiles(folder) === undefined) {
    // A damaged folder steps aside whole: a running process may still have its libraries open.
    const aside = `${partial}-damaged`;
    await rename(folder, aside);
    await rm(aside, { recursive: true, force: true });
  }
  try {
    await rename(partial, folder);
  } catch (error) {
    if (completeFiles(folder) === undefined) throw error;
    await rm(partial, { recursive: true, force: true });
  }
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

const PROCESSES = '/proc';

/**
 * Absolute paths of the files in a folder that processes of this machine have open, mapped into their memory, or run. Processes of other
 * users are seen by root alone. Null: the system does not tell.
 * @param folder absolute path without symbolic links
 */
export async function filesInUse(folder: string): Promise<ReadonlySet<string> | null> {
  const processes = await readdir(PROCESSES).catch(() => null);
  if (processes === null) return null;
  const paths = await Promise.all(processes.filter((name) => /^\d+$/.test(name)).map((name) => filesOf(join(PROCESSES, name), folder)));
  return new Set(paths.flat());
}

/** A process that has ended meanwhile, or belongs to another user, has none. */
async function filesOf(process: string, folder: string): Promise<string[]> {
  const mapped = await readFile(join(process, 'maps'), 'utf8').catch(() => '');
  const inMemory = mapped.includes(folder) ? mapped.split('\n').map((line) => line.slice(line.indexOf('/'))) : [];
  const descriptors = join(process, 'fd');
  const numbers = await readdir(descriptors).catch((): string[] => []);
  const opened = await Promise.all(numbers.map((number) => readlink(join(descriptors, number)).catch(() => '')));
  return [...inMemory, ...opened].filter((path) => path.startsWith(`${folder}/`));
}

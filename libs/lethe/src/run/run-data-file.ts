import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFileText, parseDataFile, type DescribedData } from '@lethe/data';
import type { RunFolder } from '@lethe/run-folder';

/** Lies beside `config.json`: the facts of the data and how inputs are made of files. */
const DATA_FILE = 'data.json';

/**
 * Has the run's folder say what its data are and how its inputs are made of files, so that its networks can be used without them.
 * Writes nothing if it says so already.
 * @throws LetheError STORAGE_FAILED
 */
export async function keepRunData(run: RunFolder, data: DescribedData): Promise<void> {
  const [file, text] = [join(run.folder, DATA_FILE), dataFileText(data)];
  const before = await readFile(file, 'utf8').catch(() => null);
  if (before !== text) await run.writeFile(file, Buffer.from(text));
}

/** What the run's folder says of its data; null: nothing, as it is of an earlier version. @throws LetheError RUN_INVALID */
export async function readRunData({ folder }: RunFolder): Promise<DescribedData | null> {
  const file = join(folder, DATA_FILE);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : parseDataFile(text, file);
}

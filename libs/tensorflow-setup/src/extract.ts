import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { openPromise, type Entry } from 'yauzl';

import { setupError } from './setup-error.js';

const headerFolders = ['tensorflow/c', 'tensorflow/core/platform', 'xla/tsl/c', 'xla/tsl/platform', 'tsl/platform'];
const headers = new RegExp(`^tensorflow/include/(${headerFolders.join('|')})/.*\\.h$`);
const libraries = /^tensorflow\/libtensorflow(_cc|_framework)\.so\.2$/;
/** Only what TensorFlow opens at run time; ptxas and libdevice are what its CUDA compiler looks for. */
const nvidia = /^nvidia\/.*(\/lib\/.*\.so[.\d]*|\/bin\/ptxas|\/libdevice\..*\.bc)$/;

/** Whether a file of a wheel is needed to compile the addon or to run it. */
function isNeeded(path: string): boolean {
  return libraries.test(path) || headers.test(path) || nvidia.test(path);
}

/** Unpacks the needed files of a wheel, keeping the layout that the libraries find each other by. */
export async function extractWheel(wheel: string, folder: string): Promise<void> {
  try {
    const archive = await openPromise(wheel);
    for await (const entry of archive.eachEntry()) {
      if (!isNeeded(entry.fileName)) continue;
      await writeEntry(entry, await archive.openReadStreamPromise(entry), folder);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw setupError(`${wheel} could not be unpacked. Run the set-up again.`, { cause: error });
  }
}

async function writeEntry(entry: Entry, content: NodeJS.ReadableStream, folder: string): Promise<void> {
  const file = join(folder, entry.fileName);
  await mkdir(dirname(file), { recursive: true });
  const mode = entry.fileName.endsWith('/ptxas') ? 0o755 : 0o644;
  await pipeline(content, createWriteStream(file, { mode }));
}

import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ADDON_NAME, ADDON_PLACE, type FileSizes } from './installation.js';

/** What `setup.mjs` reads to see within milliseconds that nothing has to be done. */
const stampPlace = 'lib/lethe-setup.json';

/** Points the package's addon at the cache folder and leaves the stamp of a finished set-up. */
export async function linkAddon(bindingPackage: string, folder: string, stamp: LinkStamp): Promise<void> {
  const link = join(bindingPackage, ADDON_PLACE);
  await mkdir(dirname(link), { recursive: true });
  await replace(link, (temporary) => symlink(join(folder, ADDON_NAME), temporary));
  const files = Object.fromEntries(Object.entries(stamp.files).map(([path, size]) => [join(folder, path), size]));
  const content = JSON.stringify({ key: stamp.key, files });
  await replace(join(bindingPackage, stampPlace), (temporary) => writeFile(temporary, content));
}

/** `key` is opaque here: the caller compares it the next time. */
export interface LinkStamp {
  readonly key: string;
  readonly files: FileSizes;
}

/** Makes a file beside its place and renames it there, so that no reader sees it half made. */
async function replace(place: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${place}.${process.pid}`;
  await make(temporary);
  await rename(temporary, place);
}

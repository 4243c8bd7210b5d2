import { renameSync, symlinkSync } from 'node:fs';

/** While `during` lasts, the file is the kernel's device that is always full. */
export async function onFullDisk(file: string, during: () => Promise<void>): Promise<void> {
  renameSync(file, `${file}.aside`);
  symlinkSync('/dev/full', file);
  await during();
  renameSync(`${file}.aside`, file);
}

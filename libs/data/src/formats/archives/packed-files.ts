import { readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { byCodeUnit } from '../../name-order.js';
import { scanFiles, isHidden } from '../scan-files.js';
import { openTar } from './tar-archive.js';
import type { Unpacking } from './unpacking.js';
import { openZip } from './zip-archive.js';

/** A file of a folder or of an archive in it, which is read when it is asked for. */
export interface PackedFile {
  /** Relative to the folder, with forward slashes. An archive counts as a folder. */
  readonly path: string;
  /** For messages: the path, behind that of its archive if it lies in one. */
  readonly where: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Size and time of the file on disk that it is, or lies in. */
  readonly stamp: string;
  /** @throws LetheError DATA_INVALID, DATA_TOO_LARGE */
  readonly read: () => Promise<Buffer>;
}

/** Name of an archive that is read. */
export const ARCHIVE_FILE = /\.(tar|tar\.gz|tgz|zip)$/i;

/**
 * All files of a folder and inside the archives in it, in the order of their names (without the folders above them). Hidden ones are passed
 * over. Archives in archives are not opened.
 * @throws LetheError DATA_MISSING for a missing folder, DATA_INVALID for a damaged archive, DATA_TOO_LARGE
 */
export async function findPackedFiles(folder: string, unpacking: Unpacking): Promise<PackedFile[]> {
  const files: PackedFile[][] = [];
  for (const path of await scanFiles(folder)) {
    const where = join(folder, path);
    const { size, mtimeMs } = await stat(where);
    const stamp = `${size} ${mtimeMs}`;
    if (!ARCHIVE_FILE.test(path)) {
      files.push([{ path, where, size, stamp, read: () => readFile(where) }]);
      continue;
    }
    const members = path.toLowerCase().endsWith('.zip') ? await openZip(where, unpacking) : await openTar(where, unpacking);
    files.push(members.filter((member) => !isHidden(member.path))
      .map((member) => ({ ...member, path: `${path}/${member.path}`, where: `${where}/${member.path}`, stamp })));
  }
  return files.flat().sort((a, b) => byCodeUnit(posix.basename(a.path), posix.basename(b.path)) || byCodeUnit(a.path, b.path));
}

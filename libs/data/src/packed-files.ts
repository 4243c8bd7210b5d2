import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { pipeline, type Readable } from 'node:stream';
import { errorMessage, LetheError } from '@lethe/errors';
import { extract } from 'tar-stream';
import { byCodeUnit } from './class-names.js';
import { requireFolder } from './folder-files.js';

/** A file of a folder or of an archive in it. */
export interface PackedFile {
  /** Without the folders above it. */
  readonly name: string;
  /** For messages: the path, with the archive if it lies in one. */
  readonly where: string;
  readonly bytes: Buffer;
}

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/;

/**
 * The files of a folder that match, by name, those inside its tar archives (gzipped or not) included: data sets travel packed.
 * @throws LetheError DATA_MISSING for a missing folder, DATA_INVALID for a damaged archive
 */
export async function readPackedFiles(folder: string, matches: RegExp): Promise<PackedFile[]> {
  await requireFolder(folder);
  const files: PackedFile[][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (ARCHIVE.test(entry.name)) files.push(await readArchive(path, matches));
    else if (matches.test(entry.name)) files.push([{ name: entry.name, where: path, bytes: await readFile(path) }]);
  }
  return files.flat().sort((a, b) => byCodeUnit(a.name, b.name));
}

async function readArchive(archive: string, matches: RegExp): Promise<PackedFile[]> {
  const files: PackedFile[] = [];
  const entries = extract();
  const raw: Readable = createReadStream(archive);
  const streams = archive.endsWith('.tar') ? [raw, entries] : [raw, createGunzip(), entries];
  // The error of any stream comes out of the loop that reads the last one.
  pipeline(streams, () => undefined);
  try {
    for await (const entry of entries) {
      const name = basename(entry.header.name);
      if (entry.header.type === 'file' && matches.test(name)) files.push({ name, where: `${archive}/${entry.header.name}`, bytes: await buffer(entry) });
      else entry.resume();
    }
  } catch (cause) {
    throw new LetheError('DATA_INVALID', `${archive}: expected an intact tar archive, found it corrupted or cut off (${errorMessage(cause)})`, { cause, details: { archive } });
  }
  return files;
}

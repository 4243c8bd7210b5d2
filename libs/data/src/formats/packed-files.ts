import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { errorMessage, LetheError } from '@lethe/errors';
import { extract } from 'tar-stream';
import { byCodeUnit } from '../class-names.js';
import { requireFolder } from './folder-files.js';
import type { Unpacking } from './unpacking.js';

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
 * All of them are in memory afterwards, so that the bound holds for those beside the archives too.
 * @throws LetheError DATA_MISSING for a missing folder, DATA_INVALID for a damaged archive, DATA_TOO_LARGE
 */
export async function readPackedFiles(folder: string, matches: RegExp, unpacking: Unpacking): Promise<PackedFile[]> {
  await requireFolder(folder);
  const files: PackedFile[][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (ARCHIVE.test(entry.name)) files.push(await readArchive(path, matches, unpacking));
    else if (matches.test(entry.name)) files.push([await readBeside(path, entry.name, unpacking)]);
  }
  return files.flat().sort((a, b) => byCodeUnit(a.name, b.name));
}

async function readBeside(path: string, name: string, unpacking: Unpacking): Promise<PackedFile> {
  unpacking.take(path, (await stat(path)).size);
  return { name, where: path, bytes: await readFile(path) };
}

async function readArchive(archive: string, matches: RegExp, unpacking: Unpacking): Promise<PackedFile[]> {
  const files: PackedFile[] = [];
  const raw = createReadStream(archive);
  // All of an archive counts, also what is passed over: long names and other records are kept while they are read.
  const pieces = archive.endsWith('.tar') ? unpacking.counted(archive, raw) : unpacking.gunzip(archive, raw).pieces;
  const entries = extract();
  // The error of any stream comes out of the loop that reads the last one.
  pipeline(pieces, entries, () => undefined);
  try {
    for await (const entry of entries) {
      const { type, name: path, size } = entry.header;
      const name = basename(path);
      const where = `${archive}/${path}`;
      unpacking.expect(where, size);
      if (type === 'file' && matches.test(name)) files.push({ name, where, bytes: await whole(entry as AsyncIterable<Uint8Array>, size) });
      else entry.resume();
    }
  } catch (cause) {
    if (cause instanceof LetheError) throw cause;
    throw new LetheError('DATA_INVALID', `${archive}: expected an intact tar archive, found it corrupted or cut off (${errorMessage(cause)})`, { cause, details: { archive } });
  } finally {
    entries.destroy();
  }
  return files;
}

/** The bytes of an entry, in memory once: collected and joined, they would be there twice. */
async function whole(entry: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  for await (const piece of entry) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

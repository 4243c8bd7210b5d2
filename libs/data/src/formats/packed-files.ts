import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { errorMessage, LetheError } from '@lethe/errors';
import { extract } from 'tar-stream';
import { byCodeUnit } from '../name-order.js';
import { requireFolder } from './folder-files.js';
import type { Unpacking } from './unpacking.js';

/** A file of a folder or of an archive in it. */
export interface PackedFile {
  /** Without the folders above it. */
  readonly name: string;
  /** For messages: the path, behind that of its archive if it lies in one. */
  readonly where: string;
  readonly bytes: Buffer;
}

/** Name of an archive that is read. */
export const ARCHIVE_FILE = /\.(tar|tar\.gz|tgz)$/;

/**
 * The files whose names match, in the order of their names: those of a folder and those inside its tar archives, gzipped or not.
 * All of them are in memory afterwards, so the bound holds for files beside archives too.
 * @throws LetheError DATA_MISSING for a missing folder, DATA_INVALID for a damaged archive, DATA_TOO_LARGE
 */
export async function readPackedFiles(folder: string, matches: RegExp, unpacking: Unpacking): Promise<PackedFile[]> {
  await requireFolder(folder);
  const files: PackedFile[][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    if (ARCHIVE_FILE.test(entry.name)) files.push(await readArchive(path, matches, unpacking));
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
  // All of an archive counts, also files that are passed over: long names and other records are kept while they are read.
  const pieces = archive.endsWith('.tar') ? unpacking.counted(archive, raw) : unpacking.gunzip(archive, raw).pieces;
  const entries = extract();
  // The loop that reads the last stream ends in the error of any.
  pipeline(pieces, entries, () => undefined);
  try {
    for await (const entry of entries) {
      const { type, name: path, size } = entry.header;
      const name = basename(path);
      const where = `${archive}/${path}`;
      unpacking.expect(where, size);
      if (type === 'file' && matches.test(name)) {
        files.push({ name, where, bytes: await readEntry(entry as AsyncIterable<Uint8Array>, size) });
      } else {
        entry.resume();
      }
    }
  } catch (cause) {
    if (cause instanceof LetheError) throw cause;
    const message = `${archive}: expected an intact tar archive, found it corrupted or cut off (${errorMessage(cause)})`;
    throw new LetheError('DATA_INVALID', message, { cause, details: { archive } });
  } finally {
    entries.destroy();
  }
  return files;
}

/** The bytes of an entry, which are in memory once only: pieces that are collected and then joined would be there twice. */
async function readEntry(entry: AsyncIterable<Uint8Array>, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  for await (const piece of entry) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

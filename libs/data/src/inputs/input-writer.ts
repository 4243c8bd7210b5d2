import { createHash } from 'node:crypto';
import { open, rename, rm, statfs, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { LetheError } from '@lethe/errors';
import type { InputReader, Inputs } from '../model/inputs.js';
import { decodeInputs, type DecodingOptions, type Faults } from './decode-inputs.js';
import { fileInputs } from './file-inputs.js';
import { asBytes, bytesOfExample, mebibytes } from './input-values.js';

/** Bytes of the disk that are left to others. */
const SPARE_BYTES = 2 ** 26;

export interface WritingOptions extends DecodingOptions {
  /** Folder of the cache, which is there. */
  readonly folder: string;
  /** Begins the names of files. */
  readonly key: string;
}

interface WrittenInputs extends Faults { readonly sha256: string }

let written = 0;

/** Begins the names of files of that key that a process of this host is writing. */
export function partialPrefix(key: string): string {
  return `.${key}.${hostname()}.`;
}

/** Decodes inputs into a file, which has its name only when it is whole. @throws LetheError STORAGE_FAILED */
export async function writeInputs(reader: InputReader, name: string, options: WritingOptions): Promise<WrittenInputs> {
  return writing(reader, options, async (handle, partial) => {
    const decoded = await decodeInto(handle, partial, reader, options);
    await onDisk(partial, handle.sync());
    await onDisk(partial, rename(partial, join(options.folder, name)));
    return decoded;
  });
}

/** Decodes inputs into a file that has no name afterwards: it is gone when this process ends. @throws LetheError STORAGE_FAILED */
export async function writeOwnInputs(reader: InputReader, options: WritingOptions): Promise<Faults & { readonly inputs: Inputs }> {
  return writing(reader, options, async (handle, path) => {
    const { bad, odd } = await decodeInto(handle, path, reader, options);
    const { shape, values, count } = reader;
    return { inputs: fileInputs({ path, shape, values, count }), bad, odd };
  });
}

async function writing<Result>(
  reader: InputReader, { folder, key }: WritingOptions, write: (handle: FileHandle, partial: string) => Promise<Result>,
): Promise<Result> {
  const partial = join(folder, `${partialPrefix(key)}${process.pid}-${written++}.partial`);
  await requireRoom(folder, reader.count * bytesOfExample(reader.shape, reader.values));
  const handle = await onDisk(partial, open(partial, 'wx'));
  try {
    return await write(handle, partial);
  } finally {
    await handle.close();
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await onDisk(folder, statfs(folder));
  const free = Math.max(0, bavail * bsize - SPARE_BYTES);
  if (free >= bytes) return;
  const message = `${folder}: expected room for ${mebibytes(bytes)} of decoded inputs, found ${mebibytes(free)}: free some space, `
    + 'or set LETHE_CACHE to a folder on a larger disk';
  throw new LetheError('STORAGE_FAILED', message, { details: { folder, requiredBytes: bytes, availableBytes: free } });
}

async function decodeInto(handle: FileHandle, path: string, reader: InputReader, options: DecodingOptions): Promise<WrittenInputs> {
  const hash = createHash('sha256');
  const faults = await decodeInputs(reader, async (piece) => {
    hash.update(asBytes(piece));
    await onDisk(path, handle.writeFile(asBytes(piece)));
  }, options);
  return { sha256: hash.digest('hex'), ...faults };
}

async function onDisk<Result>(path: string, done: Promise<Result>): Promise<Result> {
  return done.catch((error: unknown) => { throw storageError(path, error); });
}

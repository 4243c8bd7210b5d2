import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { storageError } from '@lethe/checkpoint';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import type { BadInput, InputReader, Inputs, OddInputs } from '../model/inputs.js';
import { cacheKey, removeEntry, type CacheEntry } from './cache-entry.js';
import { cachedEntry } from './cached-inputs.js';
import { decodeInputs, type DecodingOptions } from './decode-inputs.js';
import { fileInputs } from './file-inputs.js';
import { asBytes, bytesOfExample, mebibytes, zeroInputs } from './input-values.js';
import { writeOwnInputs } from './input-writer.js';
import { memoryInputs } from './memory-inputs.js';
import { refuseBad, type BadBound } from './refuse-bad.js';

const READ_BYTES = 2 ** 26;

export interface KeepOptions extends DecodingOptions, BadBound {
  /** Folder of what all processes of the machine keep for each other: inputs lie below it in `inputs`. */
  readonly cacheFolder: string;
  /** Bound on the inputs in memory, in MiB. */
  readonly memoryMiB: number;
  /** Told what is not as it should be: inputs that cannot be kept on disk, another process that is waited for. */
  readonly onNotice?: ((text: string) => void) | undefined;
}

export interface KeptInputs {
  readonly inputs: Inputs;
  /** Examples that could not be read, whose inputs are zeros. */
  readonly bad: readonly BadInput[];
  /** Examples that were read although their decoder complained. */
  readonly odd: OddInputs;
}

/**
 * Decodes inputs and keeps them so that a step can take any of them at once: in memory, as far as they fit, and decoded once for all
 * processes of the machine in the cache on its disk, from where larger ones are read by pieces.
 * @throws LetheError DATA_INVALID naming all that cannot be read, STORAGE_FAILED if they fit neither into memory nor on the disk,
 * INTERRUPTED, and what the reader throws
 */
export async function keepInputs(reader: InputReader, options: KeepOptions): Promise<KeptInputs> {
  const kept = await keepAll(reader, options);
  try {
    refuseBad(kept.bad, reader.count, options);
  } catch (error) {
    kept.inputs.close();
    throw error;
  }
  return kept;
}

async function keepAll(reader: InputReader, options: KeepOptions): Promise<KeptInputs> {
  const { origin, memoryMiB, onNotice } = options;
  const identity = await reader.identity();
  const bytes = reader.count * bytesOfExample(reader.shape, reader.values);
  const fits = bytes <= memoryMiB * 2 ** 20;
  if (identity === null && fits) return decodeToMemory(reader, options);
  try {
    return await keepOnDisk(reader, identity, { ...options, fits });
  } catch (error) {
    if (errorCode(error) !== 'STORAGE_FAILED') throw error;
    if (!fits) {
      const bound = `${mebibytes(bytes)} of decoded inputs are more than the ${memoryMiB} MiB of data.reading.memoryMiB`;
      throw new LetheError('STORAGE_FAILED', `${origin}: ${bound}, and cannot be kept on disk: ${errorMessage(error)}`, { cause: error });
    }
    onNotice?.(`${origin}: decoded inputs are not kept for other processes: ${errorMessage(error)}`);
    return decodeToMemory(reader, options);
  }
}

async function decodeToMemory(reader: InputReader, options: DecodingOptions): Promise<KeptInputs> {
  const all = zeroInputs(reader.count, reader.shape, reader.values);
  const length = all.length / Math.max(1, reader.count);
  const faults = await decodeInputs(reader, (piece, first) => { all.set(piece, first * length); }, options);
  return { inputs: memoryInputs(all, reader.shape), ...faults };
}

async function keepOnDisk(reader: InputReader, identity: string | null, options: KeepOptions & { fits: boolean }): Promise<KeptInputs> {
  const folder = join(options.cacheFolder, 'inputs');
  await mkdir(folder, { recursive: true }).catch((error: unknown) => { throw storageError(folder, error); });
  if (identity === null) return writeOwnInputs(reader, { ...options, folder, key: 'own' });
  const key = cacheKey(identity, reader);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const entry = await cachedEntry(reader, { ...options, folder, key });
    const inputs = await openEntry(entry, reader, options.fits);
    if (inputs !== null) return { inputs, bad: entry.bad, odd: entry.odd };
    await removeEntry(folder, key); // damaged, or somebody empties the cache
  }
  throw new LetheError('STORAGE_FAILED', `${folder}: expected to read the inputs just decoded, found them damaged or gone`);
}

/** Null: the file is gone or damaged. */
async function openEntry({ path, sha256 }: CacheEntry, reader: InputReader, fits: boolean): Promise<Inputs | null> {
  const { shape, values, count } = reader;
  try {
    if (!fits) return fileInputs({ path, shape, values, count });
    const all = zeroInputs(count, shape, values);
    return (await hashOfRead(path, asBytes(all))) === sha256 ? memoryInputs(all, shape) : null;
  } catch {
    return null;
  }
}

/** Reads a file that is as long as the array into it. @returns the SHA-256 of what was read */
async function hashOfRead(path: string, target: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r');
  try {
    for (let done = 0; done < target.length;) {
      const { bytesRead } = await handle.read(target, done, Math.min(READ_BYTES, target.length - done));
      if (bytesRead === 0) break;
      hash.update(target.subarray(done, done + bytesRead));
      done += bytesRead;
    }
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}

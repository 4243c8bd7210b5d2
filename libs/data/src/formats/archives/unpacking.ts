import { pipeline, type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGunzip, createInflate, createInflateRaw, inflateRaw, type Gunzip, type Inflate, type InflateRaw } from 'node:zlib';
import { errorMessage, LetheError } from '@lethe/errors';
import { invalidData } from '../../invalid-data.js';
import { bunzip2, Bzip2Damage } from './bunzip2.js';

export { crc32 } from 'node:zlib';

const GIB = 2 ** 30;
const CHUNK_BYTES = 1 << 20;

/** Data that are unpacked as they are asked for. */
export interface Unpacked {
  /** Ends in an error if the packed stream has one, the data are damaged or the bound is reached. */
  readonly pieces: AsyncGenerator<Uint8Array>;
  /** Packed bytes that were used; bytes behind the packed data are not. */
  readonly usedBytes: () => number;
}

/** Whether data that begin with these bytes are gzipped, whatever the name of their file is. */
export function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** Whether data that begin with these bytes are packed by bzip2. */
export function isBzip2(start: Uint8Array): boolean {
  return start[0] === 0x42 && start[1] === 0x5a && start[2] === 0x68;
}

/** The error to end with when reading a gzipped file fails: DATA_INVALID for damaged data, other errors as they are. */
export function gzipError(file: string, error: unknown): unknown {
  const isDamage = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  if (!isDamage) return error;
  const message = `${file}: expected intact gzip data, found it corrupted or cut off`;
  return new LetheError('DATA_INVALID', message, { cause: error, details: { file } });
}

const inflateAll = promisify(inflateRaw);

/**
 * Unpacks data of a size that is known and has been counted.
 * @throws LetheError DATA_INVALID for damaged data, or if there are more
 */
export async function inflateWhole(where: string, packed: Uint8Array, size: number): Promise<Buffer> {
  try {
    return await inflateAll(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw invalidData(where, `intact deflated data of ${size} bytes`, `them corrupted or cut off (${errorMessage(error)})`);
  }
}

/**
 * The one place where data are unpacked, with a bound on all that is unpacked while a run's data are read: a file of a few
 * megabytes may hold gigabytes, and only unpacking shows it.
 */
export class Unpacking {
  readonly #mostGiB: number;
  #leftBytes: number;

  /** @param mostGiB the setting `data.unpackedGiB` */
  constructor(mostGiB: number) {
    this.#mostGiB = mostGiB;
    this.#leftBytes = mostGiB * GIB;
  }

  /** Checks the size in a header before memory is taken for that size. @throws LetheError DATA_TOO_LARGE */
  expect(where: string, bytes: number): void {
    if (bytes > this.#leftBytes) throw this.#tooLarge(where, this.#inWords(bytes));
  }

  /** Checks and counts data that are unpacked as a whole. @throws LetheError DATA_TOO_LARGE */
  take(where: string, bytes: number): void {
    this.expect(where, bytes);
    this.#leftBytes -= bytes;
  }

  /** @param where what the data are called in messages */
  gunzip(where: string, packed: Readable): Unpacked {
    return this.#through(where, packed, createGunzip({ chunkSize: CHUNK_BYTES }));
  }

  inflate(where: string, packed: Readable): Unpacked {
    return this.#through(where, packed, createInflate({ chunkSize: CHUNK_BYTES / 4 }));
  }

  /** Deflated data without a head around them, as members of zip archives are. */
  inflateRaw(where: string, packed: Readable): Unpacked {
    return this.#through(where, packed, createInflateRaw({ chunkSize: CHUNK_BYTES / 4 }));
  }

  /** Unpacks bzip2 data, whose packed bytes are in memory; others get their turn after each block. */
  async *bunzip2(where: string, packed: Uint8Array): AsyncGenerator<Uint8Array> {
    const check = (bytes: number): void => {
      if (bytes > this.#leftBytes) throw this.#tooLarge(where, 'more');
    };
    try {
      for (const block of bunzip2(packed, check)) {
        check(block.length);
        this.#leftBytes -= block.length;
        yield block;
        await setImmediate();
      }
    } catch (error) {
      if (!(error instanceof Bzip2Damage)) throw error;
      throw invalidData(where, 'intact bzip2 data', 'it corrupted or cut off');
    }
  }

  /** Passes unpacked pieces on and counts them. @throws LetheError DATA_TOO_LARGE */
  async *counted(where: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      if (piece.length > this.#leftBytes) throw this.#tooLarge(where, 'more');
      this.#leftBytes -= piece.length;
      yield piece;
    }
  }

  #through(where: string, packed: Readable, unpacker: Gunzip | Inflate | InflateRaw): Unpacked {
    // The loop that reads the last stream ends in the error of either.
    pipeline(packed, unpacker, () => undefined);
    return { pieces: this.counted(where, unpacker), usedBytes: () => unpacker.bytesWritten };
  }

  /** With what was unpacked before. */
  #inWords(bytes: number): string {
    const before = this.#mostGiB * GIB - this.#leftBytes;
    const size = (count: number): string => `${(count / GIB).toPrecision(3)} GiB`;
    return before === 0 ? size(bytes) : `${size(before + bytes)} with it`;
  }

  #tooLarge(where: string, found: string): LetheError {
    const expected = `at most ${this.#mostGiB} GiB to be unpacked for all data together (data.unpackedGiB or --unpacked-gib allows more)`;
    const message = `${where}: expected ${expected}, found ${found}`;
    return new LetheError('DATA_TOO_LARGE', message, { details: { where, mostGiB: this.#mostGiB } });
  }
}

import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { LetheError } from '@lethe/errors';

const GIB = 2 ** 30;
const CHUNK_BYTES = 1 << 20;

/** Data that are unpacked as they are asked for. */
export interface Unpacked {
  /** Ends in an error of the packed stream, of the data, or of the bound. */
  readonly pieces: AsyncGenerator<Uint8Array>;
  /** Packed bytes that were used; what comes behind the packed data is not. */
  readonly usedBytes: () => number;
}

/**
 * The one place where data are unpacked, with a bound on all that is unpacked while a run's data are read: a file of a few
 * megabytes may hold gigabytes, and nobody knows before.
 */
export class Unpacking {
  readonly #mostGiB: number;
  #leftBytes: number;

  /** @param mostGiB the setting `data.unpackedGiB` */
  constructor(mostGiB: number) {
    this.#mostGiB = mostGiB;
    this.#leftBytes = mostGiB * GIB;
  }

  /** Checks what a header promises before memory is taken for it. @throws LetheError DATA_TOO_LARGE */
  expect(where: string, bytes: number): void {
    if (bytes > this.#leftBytes) throw this.#tooLarge(where, `${(bytes / GIB).toPrecision(3)} GiB`);
  }

  /** Checks and counts what is unpacked at once. @throws LetheError DATA_TOO_LARGE */
  take(where: string, bytes: number): void {
    this.expect(where, bytes);
    this.#leftBytes -= bytes;
  }

  gunzip(where: string, packed: Readable): Unpacked {
    return this.#through(where, packed, createGunzip({ chunkSize: CHUNK_BYTES }));
  }

  inflate(where: string, packed: Readable): Unpacked {
    return this.#through(where, packed, createInflate({ chunkSize: CHUNK_BYTES / 4 }));
  }

  /** Counts the pieces of what is unpacked as they come. @throws LetheError DATA_TOO_LARGE */
  async *counted(where: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      if (piece.length > this.#leftBytes) throw this.#tooLarge(where, 'more');
      this.#leftBytes -= piece.length;
      yield piece;
    }
  }

  #through(where: string, packed: Readable, unpacker: Gunzip | Inflate): Unpacked {
    // The error of either stream comes out of the loop that reads the last one.
    pipeline(packed, unpacker, () => undefined);
    return { pieces: this.counted(where, unpacker), usedBytes: () => unpacker.bytesWritten };
  }

  #tooLarge(where: string, found: string): LetheError {
    const message = `${where}: expected at most ${this.#mostGiB} GiB to be unpacked for all data together (data.unpackedGiB or --unpacked-gib allows more), found ${found}`;
    return new LetheError('DATA_TOO_LARGE', message, { details: { where, mostGiB: this.#mostGiB } });
  }
}

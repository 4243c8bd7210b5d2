import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LetheError } from '@lethe/errors';
import { invalidData as invalid } from '../invalid-data.js';
import { leadingBytes } from './leading-bytes.js';
import type { Unpacking } from './unpacking.js';

/** What an IDX file of unsigned bytes holds. */
export interface IdxContent {
  readonly file: string;
  /** Sizes of the dimensions, the outermost first: [count] or [count, rows, columns]. */
  readonly dimensions: readonly number[];
  /** The elements in row-major order. */
  readonly values: Uint8Array;
}

/** Dimensions of a file: 1 for labels, 3 for images. */
export type IdxRank = 1 | 3;

/** Magic number of unsigned bytes, without the number of dimensions in its last byte. */
const UNSIGNED_BYTES = 0x0800;
const READ_BYTES = 1 << 20;
/** Deflate cannot shrink anything further than this, so a header that promises more is wrong. */
const MOST_INFLATION = 1032;

/**
 * Reads a whole IDX file of unsigned bytes, gzipped or not (its first bytes tell, not its name). The header is judged
 * before memory is taken, so a foreign file cannot ask for more than it holds.
 * @throws LetheError DATA_INVALID for a file that is truncated, corrupted, of another kind or longer than its header says,
 * DATA_TOO_LARGE
 */
export async function readIdx(file: string, rank: IdxRank, unpacking: Unpacking): Promise<IdxContent> {
  const { size: fileBytes } = await stat(file);
  const start = await leadingBytes(file, 2);
  const zipped = start[0] === 0x1f && start[1] === 0x8b;
  const reader = new IdxReader({ file, rank, mostBytes: zipped ? fileBytes * MOST_INFLATION : fileBytes, unpacking: zipped ? unpacking : null });
  const raw = createReadStream(file, { highWaterMark: READ_BYTES });
  if (!zipped) return feed(reader, raw);

  const { pieces, usedBytes } = unpacking.gunzip(file, raw);
  const content = await feed(reader, pieces).catch((error: unknown) => {
    throw isZlibError(error) ? corruptedGzip(file, error) : error;
  });
  const trailing = fileBytes - usedBytes();
  if (trailing > 0) throw invalid(file, 'nothing after the gzip data', `${trailing} more bytes`);
  return content;
}

async function feed(reader: IdxReader, pieces: AsyncIterable<Uint8Array>): Promise<IdxContent> {
  for await (const piece of pieces) reader.push(piece);
  return reader.finish();
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function corruptedGzip(file: string, cause: Error): LetheError {
  return new LetheError('DATA_INVALID', `${file}: expected intact gzip data, found it corrupted or cut off`, { cause, details: { file } });
}

/** Takes the bytes of one file as they come, in pieces of any size. */
class IdxReader {
  readonly #file: string;
  readonly #rank: IdxRank;
  readonly #mostBytes: number;
  readonly #unpacking: Unpacking | null;
  readonly #header: Uint8Array;
  #headerBytes = 0;
  #dimensions: readonly number[] = [];
  #values = new Uint8Array(0);
  /** Bytes of values seen, those beyond the last expected one included. */
  #valueBytes = 0;

  /** @param options `unpacking`: null for a file that is not packed */
  constructor({ file, rank, mostBytes, unpacking }: { file: string; rank: IdxRank; mostBytes: number; unpacking: Unpacking | null }) {
    this.#file = file;
    this.#rank = rank;
    this.#mostBytes = mostBytes;
    this.#unpacking = unpacking;
    this.#header = new Uint8Array(4 + 4 * rank);
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#headerBytes < this.#header.length) {
      const taken = rest.subarray(0, this.#header.length - this.#headerBytes);
      this.#header.set(taken, this.#headerBytes);
      this.#headerBytes += taken.length;
      if (this.#headerBytes < this.#header.length) return;
      this.#readHeader();
      rest = rest.subarray(taken.length);
    }
    if (rest.length === 0) return;
    const room = Math.max(0, this.#values.length - this.#valueBytes);
    if (room > 0) this.#values.set(rest.subarray(0, room), this.#valueBytes);
    this.#valueBytes += rest.length;
  }

  finish(): IdxContent {
    const expected = this.#values.length;
    if (this.#headerBytes < this.#header.length) {
      throw invalid(this.#file, `an IDX header of ${this.#header.length} bytes`, `a file of ${this.#headerBytes} bytes`);
    }
    if (this.#valueBytes !== expected) {
      const kind = this.#valueBytes < expected ? 'truncated' : 'trailing bytes';
      throw invalid(this.#file, `${this.#describe()} = ${expected} bytes after the header`, `${this.#valueBytes} (${kind})`);
    }
    return { file: this.#file, dimensions: this.#dimensions, values: this.#values };
  }

  #readHeader(): void {
    const header = new DataView(this.#header.buffer);
    const magic = header.getUint32(0);
    const wanted = UNSIGNED_BYTES + this.#rank;
    if (magic !== wanted) {
      throw invalid(this.#file, `an IDX file of ${this.#rank === 1 ? 'labels' : 'images'} (magic number ${hex(wanted)})`, hex(magic));
    }
    this.#dimensions = Array.from({ length: this.#rank }, (_, index) => header.getUint32(4 + 4 * index));
    if (this.#dimensions.includes(0)) throw invalid(this.#file, 'at least one element', this.#describe());
    const bytes = this.#dimensions.reduce((product, size) => product * size, 1);
    if (bytes > this.#mostBytes) throw invalid(this.#file, `${this.#describe()} = ${bytes} bytes`, 'a smaller file (truncated)');
    this.#unpacking?.expect(`${this.#file}, ${this.#describe()} bytes`, bytes);
    this.#values = new Uint8Array(bytes);
  }

  #describe(): string {
    return this.#dimensions.join(' x ');
  }
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}

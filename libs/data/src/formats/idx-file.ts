import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { invalidData as invalid } from '../invalid-data.js';
import { gzipError, isGzip, type Unpacking } from './unpacking.js';

/** The content of an IDX file of unsigned bytes. */
export interface IdxContent {
  readonly file: string;
  /** Sizes of the dimensions, the outermost first: [count] or [count, rows, columns]. */
  readonly dimensions: readonly number[];
  /** The elements in row-major order. */
  readonly values: Uint8Array;
}

/** Number of dimensions of a file: 1 for labels, 3 for images. */
export type IdxRank = 1 | 3;

/** Magic number of unsigned bytes, without the number of dimensions in its last byte. */
const UNSIGNED_BYTES = 0x0800;
const READ_BYTES = 1 << 20;
/** Deflate shrinks data to 1/1032 at most, so a header that names a larger size is wrong. */
const MOST_INFLATION = 1032;

/**
 * Reads a whole IDX file of unsigned bytes, gzipped or not (its first bytes decide, not its name). The header is checked
 * before memory is taken, so that a file of another kind cannot take more memory than it has bytes.
 * @throws LetheError DATA_INVALID for a file that is truncated, corrupted, of another kind or longer than its header says,
 * DATA_TOO_LARGE
 */
export async function readIdx(file: string, rank: IdxRank, unpacking: Unpacking): Promise<IdxContent> {
  const { size: fileBytes } = await stat(file);
  const zipped = isGzip(await firstBytes(file, 2));
  const mostBytes = zipped ? fileBytes * MOST_INFLATION : fileBytes;
  const reader = new IdxReader({ file, rank, mostBytes, unpacking: zipped ? unpacking : null });
  const raw = createReadStream(file, { highWaterMark: READ_BYTES });
  if (!zipped) return feed(reader, raw);

  const { pieces, usedBytes } = unpacking.gunzip(file, raw);
  const content = await feed(reader, pieces).catch((error: unknown) => {
    throw gzipError(file, error);
  });
  const trailing = fileBytes - usedBytes();
  if (trailing > 0) throw invalid(file, 'nothing after the gzip data', `${trailing} more bytes`);
  return content;
}

async function feed(reader: IdxReader, pieces: AsyncIterable<Uint8Array>): Promise<IdxContent> {
  for await (const piece of pieces) reader.push(piece);
  return reader.finish();
}

async function firstBytes(file: string, count: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Parses the bytes of one file as they come, in pieces of any size. */
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

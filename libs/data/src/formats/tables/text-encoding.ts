import { createReadStream, ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { invalidData } from '../../invalid-data.js';
import { gzipError, isGzip, type Unpacking } from '../archives/unpacking.js';

const START_BYTES = 1 << 16;
const PIECE_BYTES = 1 << 18;
const NOT_ASCII = /[\u0080-\uffff]/;

/** Files that are no text, by their first bytes, and what to do with them. */
const NO_TEXT: readonly (readonly [start: string, what: string])[] = [
  ['PK\u0003\u0004', 'a zip archive (of an Excel workbook, save the sheet as CSV)'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Excel workbook (save the sheet as CSV)'],
  ['PAR1', 'a Parquet file'],
  ['%PDF', 'a PDF document'],
  ['BZh', 'bzip2 data (unpack it first)'],
  ['\u00fd7zXZ', 'xz data (unpack it first)'],
  ['\u0028\u00b5\u002f\u00fd', 'Zstandard data (unpack it first)'],
  ['\u0089PNG', 'a PNG image'],
  ['\u00ff\u00d8\u00ff', 'a JPEG image'],
];

/** The text of a file, as it is asked for. */
export interface TextPieces {
  readonly pieces: AsyncGenerator<string>;
  /** How bytes were read as characters, so far. */
  readonly encoding: () => string;
  /** Bytes of the file, packed where it is, that have been read so far. */
  readonly bytesRead: () => number;
}

/** The first bytes of a file. */
export async function readStart(file: string, count: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export interface TextOptions {
  readonly unpacking: Unpacking;
  /** Bytes that are no UTF-8 become U+FFFD instead, and UTF-16 is not looked for: as earlier runs read their data. */
  readonly isLenient: boolean;
  /** The bytes of a file that does not lie on disk; null: it does. */
  readonly content: Buffer | null;
}

/** Reads a text file by pieces: gzipped or not, UTF-8 or UTF-16 with or without a mark at its start, else Latin-1 (as Windows has it). */
export async function readText(file: string, { unpacking, isLenient, content }: TextOptions): Promise<TextPieces> {
  const start = content ?? await readStart(file, 2);
  const raw = content === null ? createReadStream(file, { highWaterMark: PIECE_BYTES }) : Readable.from([content]);
  const pieces = isGzip(start) ? unpacking.gunzip(file, raw).pieces : (raw as AsyncIterable<Uint8Array>);
  const text = new TextReader(file, isLenient);
  const bytesRead = (): number => (raw instanceof ReadStream ? raw.bytesRead : start.length);
  return { pieces: text.read(pieces), encoding: () => text.encoding, bytesRead };
}

class TextReader {
  encoding = 'utf-8';
  readonly #file: string;
  readonly #isLenient: boolean;
  #decoder = new TextDecoder();
  /** Whether characters were found that are not ASCII. */
  #hasOthers = false;
  /** Bytes that the decoder keeps until the rest of a character comes. */
  #kept: Uint8Array = new Uint8Array(0);

  constructor(file: string, isLenient: boolean) {
    this.#file = file;
    this.#isLenient = isLenient;
  }

  async *read(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    let isFirst = true;
    try {
      for await (const piece of joinedStart(pieces)) {
        if (isFirst) this.#begin(piece);
        isFirst = false;
        yield this.#checked(this.#decode(piece));
      }
    } catch (error) {
      throw gzipError(this.#file, error);
    }
    yield this.#checked(this.#decode(new Uint8Array(0), true));
  }

  #begin(start: Uint8Array): void {
    const bytes = Buffer.from(start.subarray(0, START_BYTES)).toString('latin1');
    const other = NO_TEXT.find(([magic]) => bytes.startsWith(magic));
    if (other !== undefined) throw invalidData(this.#file, 'a table as text', other[1]);
    if (!this.#isLenient) this.encoding = unicodeOf(start);
    // A mark says that the file is UTF-8.
    this.#hasOthers = bytes.startsWith('\u00ef\u00bb\u00bf');
    this.#decoder = new TextDecoder(this.encoding, { fatal: !this.#isLenient && this.encoding === 'utf-8' });
  }

  #decode(piece: Uint8Array, isLast = false): string {
    try {
      const text = this.#decoder.decode(piece, { stream: !isLast });
      if (this.encoding === 'utf-8') this.#remember(piece, text);
      return text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (this.#hasOthers) throw invalidData(this.#file, 'text in one encoding', 'UTF-8 first, and other bytes later (save it as UTF-8)');
      this.encoding = 'windows-1252';
      this.#decoder = new TextDecoder(this.encoding);
      return this.#decoder.decode(Buffer.concat([this.#kept, piece]), { stream: !isLast });
    }
  }

  /** As long as all characters are ASCII, bytes that gave no character are those that the decoder has kept. */
  #remember(piece: Uint8Array, text: string): void {
    this.#hasOthers ||= NOT_ASCII.test(text);
    const bytes = Buffer.concat([this.#kept, piece.subarray(Math.max(0, piece.length - 4))]);
    const keptCount = this.#hasOthers ? 0 : this.#kept.length + piece.length - text.length;
    this.#kept = bytes.subarray(bytes.length - keptCount);
  }

  #checked(text: string): string {
    if (!text.includes('\0')) return text;
    throw invalidData(this.#file, 'a table as text', 'a NUL byte: binary data, or text in an encoding that is not read (save it as UTF-8)');
  }
}

/** Pieces of which the first is large enough to be judged. */
async function *joinedStart(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array[] | null = [];
  let length = 0;
  for await (const piece of pieces) {
    if (start === null) {
      yield piece;
      continue;
    }
    start.push(piece);
    length += piece.length;
    if (length < START_BYTES) continue;
    yield Buffer.concat(start);
    start = null;
  }
  if (start !== null) yield Buffer.concat(start);
}

/** The encoding by the mark at the start, or by where zeros lie: every other byte of most UTF-16 text is one. */
function unicodeOf(start: Uint8Array): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const length = Math.min(start.length, START_BYTES);
  for (let index = 0; index < length; index += 1) if (start[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > 0.3 * length && even < 0.05 * length) return 'utf-16le';
  return even > 0.3 * length && odd < 0.05 * length ? 'utf-16be' : 'utf-8';
}

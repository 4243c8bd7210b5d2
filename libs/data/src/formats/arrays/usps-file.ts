import { constants } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { invalidData } from '../../invalid-data.js';
import { foreignKind } from '../foreign-file.js';
import type { DigitImages } from '../images/labelled-images.js';
import { gzipError, isBzip2, isGzip, type Unpacking } from '../archives/unpacking.js';

/** LIBSVM's names of USPS. */
export const USPS_FILES: Readonly<Record<'train' | 'test', string[]>> = {
  train: ['usps', 'usps.bz2', 'usps.gz'], test: ['usps.t', 'usps.t.bz2', 'usps.t.gz'],
};

const SIDE = 16;
const PIXELS = SIDE * SIDE;
const PIXEL = /^(\d+):(-?[\d.]+(?:e-?\d+)?)$/;

/**
 * Reads USPS as LIBSVM distributes it (`usps.bz2`, `usps.t.bz2`, unpacked or gzipped too): a line for each image with the label 1 to
 * 10, which is the digit plus 1, and `pixel:value` for pixels 1 to 256 with values from -1 to 1; pixels that are left out are 0.
 * @throws LetheError DATA_INVALID naming the line, DATA_TOO_LARGE
 */
export async function readUspsFile(file: string, unpacking: Unpacking): Promise<DigitImages> {
  const lines = (await readText(file, unpacking)).split('\n').map((line) => line.trim());
  const rows = lines.flatMap((line, index) => (line === '' ? [] : [{ line, where: `${file}, line ${index + 1}` }]));
  if (rows.length === 0) throw invalidData(file, 'a line for each image', 'none');
  const images = new Uint8Array(rows.length * PIXELS).fill(toByte(0));
  const digits = new Uint8Array(rows.length);
  for (const [row, { line, where }] of rows.entries()) {
    const [label = '', ...pixels] = line.split(/\s+/);
    if (!/^([1-9]|10)$/.test(label)) throw invalidData(where, 'a label from 1 to 10', JSON.stringify(label));
    digits[row] = Number(label) - 1;
    for (const pixel of pixels) {
      const [, place = '', value = ''] = PIXEL.exec(pixel) ?? [];
      const [index, brightness] = [Number(place), Number(value)];
      if (place === '' || index < 1 || index > PIXELS || !(Math.abs(brightness) <= 1)) {
        throw invalidData(where, `pixel:value with pixels 1 to ${PIXELS} and values -1 to 1`, JSON.stringify(pixel));
      }
      images[row * PIXELS + index - 1] = toByte(brightness);
    }
  }
  return { images, digits, count: rows.length, shape: { height: SIDE, width: SIDE, channels: 1 } };
}

function toByte(brightness: number): number {
  return Math.round((brightness + 1) * 127.5);
}

async function readText(file: string, unpacking: Unpacking): Promise<string> {
  const { size } = await stat(file);
  if (size > constants.MAX_STRING_LENGTH) throw tooLong(file, size);
  const bytes = await readFile(file);
  const text = await unpack(file, bytes, unpacking);
  const kind = foreignKind(text);
  if (kind !== null) throw invalidData(file, 'lines of text as LIBSVM has them', kind);
  return text.toString('latin1');
}

/** The first bytes say how it is packed, not its name. */
async function unpack(file: string, bytes: Buffer, unpacking: Unpacking): Promise<Buffer> {
  if (isGzip(bytes)) {
    return concat(file, unpacking.gunzip(file, Readable.from([bytes])).pieces).catch((error: unknown) => {
      throw gzipError(file, error);
    });
  }
  return isBzip2(bytes) ? concat(file, unpacking.bunzip2(file, bytes)) : bytes;
}

/** No more than becomes one text. */
async function concat(file: string, unpacked: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of unpacked) {
    length += piece.length;
    if (length > constants.MAX_STRING_LENGTH) throw tooLong(file, length);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLong(file: string, length: number): Error {
  return invalidData(file, `at most ${constants.MAX_STRING_LENGTH} characters of text`, String(length));
}

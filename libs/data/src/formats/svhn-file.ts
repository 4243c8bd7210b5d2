import type { ImageShape } from '../dataset.js';
import { invalidData } from '../invalid-data.js';
import type { DigitImages } from './labelled-images.js';
import { openMatlabFile, type MatlabArray } from './matlab-file.js';
import type { Unpacking } from './unpacking.js';

const DIGITS = 10;

/**
 * Reads a file of the cropped digits of Street View House Numbers: `X`, uint8 [height, width, channels, count], and `y`, the
 * labels 1 to 10 of which 10 means the digit 0. The images lie one after another in the file, so
 * that only those asked for are ever in memory.
 * @param options `most`: images to read, the first ones; `extra_32x32.mat` has half a million
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function readSvhnFile(file: string, options: { unpacking: Unpacking; most?: number }): Promise<DigitImages> {
  const { unpacking, most = Infinity } = options;
  const arrays = await openMatlabFile(file, unpacking);
  const [x, y] = [arrayNamed('X', arrays, file), arrayNamed('y', arrays, file)];
  const [height = 0, width = 0, channels = 0, all = 0] = x.dimensions;
  if (x.type !== 'uint8' || x.dimensions.length !== 4 || (channels !== 1 && channels !== 3) || x.dimensions.some((size) => size < 1)) {
    throw invalidData(file, 'X as bytes [height, width, 3, images]', `${x.type} [${x.dimensions.join(', ')}]`);
  }
  const labels = y.dimensions.reduce((product, size) => product * size, 1);
  if (labels !== all) throw invalidData(file, `a label for each of the ${all} images`, String(labels));
  const count = Math.min(all, most);
  const shape = { height, width, channels };
  return { images: await readImages(x, shape, count), digits: await readDigits(file, y, count), count, shape };
}

function arrayNamed(name: string, arrays: readonly MatlabArray[], file: string): MatlabArray {
  const array = arrays.find((found) => found.name === name);
  if (array !== undefined) return array;
  const names = arrays.map((found) => found.name).join(', ');
  throw invalidData(file, 'the arrays X and y of SVHN', names === '' ? 'no numeric array' : names);
}

/** Turns each image from [channel][column][row], MATLAB's order, to [row][column][channel]. */
async function readImages(x: MatlabArray, { height, width, channels }: ImageShape, count: number): Promise<Uint8Array> {
  const length = height * width * channels;
  const pieces = x.bytes(count * length);
  const images = new Uint8Array(count * length);
  let source = 0;
  for await (const piece of pieces) {
    for (const byte of piece) {
      const row = source % height;
      const column = Math.floor(source / height) % width;
      const channel = Math.floor(source / (height * width)) % channels;
      images[Math.floor(source / length) * length + (row * width + column) * channels + channel] = byte;
      source += 1;
    }
  }
  return images;
}

async function readDigits(file: string, y: MatlabArray, count: number): Promise<Uint8Array> {
  const isDouble = y.type === 'double';
  if (!isDouble && y.type !== 'uint8') throw invalidData(file, 'y as bytes or doubles', y.type);
  const pieces: Uint8Array[] = [];
  for await (const piece of y.bytes(count * (isDouble ? 8 : 1))) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return Uint8Array.from({ length: count }, (_, index) => {
    const label = isDouble ? bytes.readDoubleLE(8 * index) : (bytes[index] ?? 0);
    if (!Number.isInteger(label) || label < 1 || label > DIGITS) {
      throw invalidData(file, 'labels from 1 to 10 (10 for the digit 0)', `${label} at image ${index}`);
    }
    return label % DIGITS;
  });
}

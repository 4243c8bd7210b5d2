import type { ImageShape } from '../../model/inputs.js';
import { invalidData } from '../../invalid-data.js';
import type { DigitImages } from '../images/labelled-images.js';
import { openMatlabFile, type MatlabArray, type MatlabFile, type MatlabType } from './matlab-file.js';
import { bytesOf, numberReader, type NumberType } from './number-array.js';
import type { Unpacking } from '../archives/unpacking.js';

const DIGITS = 10;

/** Digits of houses that were read. */
export interface SvhnImages extends DigitImages {
  /** Images of the file, read or not. */
  readonly total: number;
}

/**
 * Reads a file of the cropped digits of Street View House Numbers: `X`, uint8 [height, width, channels, images] as published or
 * [images, height, width, channels] as Python has it, and `y`, the labels 1 to 10 of which 10 means the digit 0, as numbers of any
 * type. Other variables are passed over. As published, the images lie one after another in the file, so that only those asked for are
 * ever in memory.
 * @param options `most`: images to read, the first ones; `extra_32x32.mat` has half a million
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function readSvhnFile(file: string, options: { unpacking: Unpacking; most?: number }): Promise<SvhnImages> {
  const { unpacking, most = Infinity } = options;
  const content = await openMatlabFile(file, unpacking);
  const [x, y] = [arrayNamed('X', content, file), arrayNamed('y', content, file)];
  const layout = layoutOf(file, x, y.dimensions.reduce((product, size) => product * size, 1));
  const { shape, total } = layout;
  const count = Math.min(total, most);
  return { images: await readImages(x, layout, count), digits: await readDigits(file, y, count), count, total, shape };
}

function arrayNamed(name: string, { arrays, unreadable }: MatlabFile, file: string): MatlabArray {
  const array = arrays.find((found) => found.name === name);
  if (array !== undefined) return array;
  const damaged = unreadable.find((found) => found.name === name) ?? unreadable.find((found) => found.name === null);
  if (damaged !== undefined) throw damaged.error;
  const names = arrays.map((found) => found.name).join(', ');
  throw invalidData(file, 'the arrays X and y of SVHN', names === '' ? 'no numeric array' : names);
}

/** How images lie in an array; `isFirst`: the images are its first dimension. */
interface Layout { readonly shape: ImageShape; readonly total: number; readonly isFirst: boolean }

/** The number of labels says which dimension the images are. */
function layoutOf(file: string, { type, dimensions }: MatlabArray, labels: number): Layout {
  const [first = 0, second = 0, third = 0, last = 0] = dimensions;
  const isColour = (size: number): boolean => size === 1 || size === 3;
  const isPublished = isColour(third);
  if (type !== 'uint8' || dimensions.length !== 4 || !(isPublished || isColour(last)) || dimensions.some((size) => size < 1)) {
    throw invalidData(file, 'X as bytes [height, width, 3, images]', `${type} [${dimensions.join(', ')}]`);
  }
  const published = { shape: { height: first, width: second, channels: third }, total: last, isFirst: false };
  const imagesFirst = { shape: { height: second, width: third, channels: last }, total: first, isFirst: true };
  const fitting = [...(isPublished ? [published] : []), ...(isColour(last) ? [imagesFirst] : [])].filter(({ total }) => total === labels);
  const [layout, another] = fitting;
  if (layout === undefined) {
    throw invalidData(file, `a label for each of the ${(isPublished ? published : imagesFirst).total} images`, String(labels));
  }
  if (another === undefined) return layout;
  throw invalidData(file, 'X as [height, width, 3, images]', `[${dimensions.join(', ')}], whose images may be the first or the last size`);
}

/** Turns each image from MATLAB's order, in which the first index runs fastest, to [row][column][channel]. */
async function readImages(x: MatlabArray, { shape, total, isFirst }: Layout, count: number): Promise<Uint8Array> {
  const { height, width, channels } = shape;
  const length = height * width * channels;
  const pieces = x.bytes(isFirst ? total * length : count * length);
  const images = new Uint8Array(count * length);
  let source = 0;
  for await (const piece of pieces) {
    for (const byte of piece) {
      const image = isFirst ? source % total : Math.floor(source / length);
      const place = isFirst ? Math.floor(source / total) : source % length;
      const row = place % height;
      const column = Math.floor(place / height) % width;
      const channel = Math.floor(place / (height * width));
      if (image < count) images[image * length + (row * width + column) * channels + channel] = byte;
      source += 1;
    }
  }
  return images;
}

async function readDigits(file: string, y: MatlabArray, count: number): Promise<Uint8Array> {
  const type = numberType(y.type);
  const size = bytesOf(type);
  const pieces: Uint8Array[] = [];
  for await (const piece of y.bytes(count * size)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = numberReader(type, true);
  return Uint8Array.from({ length: count }, (_, index) => {
    const label = read(view, index * size);
    if (!Number.isInteger(label) || label < 1 || label > DIGITS) {
      throw invalidData(file, 'labels from 1 to 10 (10 for the digit 0)', `${label} at image ${index}`);
    }
    return label % DIGITS;
  });
}

function numberType(type: MatlabType): NumberType {
  if (type === 'single') return 'float32';
  return type === 'double' ? 'float64' : type;
}

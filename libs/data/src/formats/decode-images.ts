import { readFile } from 'node:fs/promises';
import { LetheError, errorMessage } from '@lethe/errors';
import type { Sharp } from 'sharp';
import type { ImageShape } from '../model/inputs.js';
import type { ImageArray } from './labelled-images.js';
import { loadSharp } from './load-sharp.js';
import type { Unpacking } from './unpacking.js';

/** Name of a file that is taken for an image without looking into it. */
export const IMAGE_FILE = /\.(png|jpe?g|gif|webp|tiff?|avif|bmp|heic)$/i;

/** An image to decode, and what it is called in messages (table and line). */
export interface ImageToDecode { readonly path: string; readonly where: string }

/** Images being decoded at once: enough to keep the pool of threads busy, few enough to bound memory. */
const FILES_AT_ONCE = 8;
const IN_MEMORY_AT_ONCE = 16;

/**
 * Decodes images into one row-major array [images.length, height, width, channels], in the order given. Each is turned
 * upright as its EXIF says, put on black where transparent, squashed to the size (bilinear) and converted to grey
 * (libvips's luminance) or RGB.
 * @throws LetheError DATA_MISSING or DATA_INVALID for the first image in order that fails
 */
export async function decodeImages(images: readonly ImageToDecode[], shape: ImageShape): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const length = shape.height * shape.width * shape.channels;
  const decoded = new Uint8Array(images.length * length);
  const open: OpenImage = (bytes) => sharp(bytes, { autoOrient: true });
  let next = 0;
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  const decodeNext = async (): Promise<void> => {
    while (next < images.length && failures.length === 0) {
      const index = next;
      next += 1;
      try {
        decoded.set(await decodeToShape(images[index] as ImageToDecode, shape, open), index * length);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, decodeNext));
  // All before a failed one were begun and are finished now: the lowest that fails does not depend on timing.
  const [first] = failures.sort((a, b) => a.index - b.index);
  if (first !== undefined) throw first.error;
  return decoded;
}

type OpenImage = (bytes: Buffer) => Sharp;

async function decodeToShape(image: ImageToDecode, shape: ImageShape, open: OpenImage): Promise<Uint8Array> {
  const file = await readImage(image);
  try {
    const { data, info } = await open(file)
      .flatten()
      .resize(shape.width, shape.height, { fit: 'fill', kernel: 'linear' })
      .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== shape.channels) throw new TypeError(`decoded ${info.channels} channels instead of ${shape.channels}`);
    return data;
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    const message = `${image.where}: expected an image in ${image.path}, found it undecodable`;
    throw new LetheError('DATA_INVALID', message, { cause, details: { ...image } });
  }
}

async function readImage(image: ImageToDecode): Promise<Buffer> {
  try {
    return await readFile(image.path);
  } catch (cause) {
    const message = `${image.where}: expected the image ${image.path}, found no such file`;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing) throw new LetheError('DATA_MISSING', message, { details: { ...image } });
    throw new LetheError('DATA_INVALID', `${image.where}: cannot read ${image.path}: ${errorMessage(cause)}`, { details: { ...image } });
  }
}

/** An image file that is read when it is decoded, and what it is called in messages. */
export interface EncodedImage { readonly read: () => Promise<Buffer>; readonly where: string }

/** Decodes images in colour, each in its own size. @throws LetheError DATA_INVALID, DATA_TOO_LARGE */
export async function decodeInOwnSize(images: readonly EncodedImage[], unpacking: Unpacking): Promise<ImageArray[]> {
  const decoded: ImageArray[][] = [];
  for (let first = 0; first < images.length; first += IN_MEMORY_AT_ONCE) {
    decoded.push(await Promise.all(images.slice(first, first + IN_MEMORY_AT_ONCE).map((image) => decodeImage(image, unpacking))));
  }
  return decoded.flat();
}

async function decodeImage({ read, where }: EncodedImage, unpacking: Unpacking): Promise<ImageArray> {
  const [sharp, bytes] = [await loadSharp(), await read()];
  try {
    const { width, height } = await sharp(bytes).metadata();
    unpacking.take(where, width * height * 3);
    const image = sharp(bytes, { autoOrient: true }).flatten().toColourspace('srgb').raw({ depth: 'uchar' });
    const { data, info } = await image.toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new TypeError(`decoded ${info.channels} channels instead of 3`);
    return { images: data, count: 1, shape: { height: info.height, width: info.width, channels: 3 } };
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof LetheError) throw cause;
    throw new LetheError('DATA_INVALID', `${where}: expected an image, found it undecodable`, { cause, details: { where } });
  }
}

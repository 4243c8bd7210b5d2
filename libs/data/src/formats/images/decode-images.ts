import { LetheError } from '@lethe/errors';
import type { ImageArray } from './labelled-images.js';
import { loadSharp } from './load-sharp.js';
import type { Unpacking } from '../archives/unpacking.js';

/** Name of a file that is taken for an image without looking into it. */
export const IMAGE_FILE = /\.(png|jpe?g|gif|webp|tiff?|avif|bmp|heic)$/i;

/** Images being decoded at once: enough to keep the pool of threads busy, few enough to bound memory. */
const IN_MEMORY_AT_ONCE = 16;

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

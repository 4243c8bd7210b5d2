import type { ImageShape } from '../../model/inputs.js';
import type { ImageArray } from './labelled-images.js';
import { loadSharp } from './load-sharp.js';

/** Images being resized at once: enough to keep the pool of threads busy, few enough to bound memory. */
const AT_ONCE = 64;

/**
 * The images in another size (squashed, bilinear) and colour: grey ones get the same value in all channels, colours become
 * libvips's luminance. Images that have the shape already are left as they are.
 */
export async function convertImages(images: ImageArray, shape: ImageShape): Promise<Uint8Array> {
  const { shape: from } = images;
  const isResized = from.height !== shape.height || from.width !== shape.width;
  const isGreyed = from.channels === 3 && shape.channels === 1;
  const channels = isGreyed ? 1 : from.channels;
  const converted = isResized || isGreyed ? await throughSharp(images, { ...shape, channels }) : images.images;
  return from.channels === 1 && shape.channels === 3 ? repeated(converted) : converted;
}

/** Each value three times. */
function repeated(grey: Uint8Array): Uint8Array {
  const colour = new Uint8Array(grey.length * 3);
  for (let index = 0; index < grey.length; index += 1) colour.fill(grey[index] as number, index * 3, index * 3 + 3);
  return colour;
}

async function throughSharp({ images, count, shape: from }: ImageArray, shape: ImageShape): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const [length, wanted] = [from.height * from.width * from.channels, shape.height * shape.width * shape.channels];
  const raw = { height: from.height, width: from.width, channels: from.channels === 1 ? 1 : 3 } as const;
  const converted = new Uint8Array(count * wanted);
  const convert = async (index: number): Promise<void> => {
    const data = await sharp(images.subarray(index * length, (index + 1) * length), { raw })
      .resize(shape.width, shape.height, { fit: 'fill', kernel: 'linear' })
      .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    if (data.length !== wanted) throw new TypeError(`an image of ${wanted} values became ${data.length}`);
    converted.set(data, index * wanted);
  };
  for (let first = 0; first < count; first += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - first) }, (_, position) => convert(first + position)));
  }
  return converted;
}

import type { ImageShape } from '../dataset.js';

/** Images of one shape, row-major [count, height, width, channels]. */
export interface ImageBlock {
  readonly images: Uint8Array;
  readonly count: number;
  readonly shape: ImageShape;
}

/** Images being resized at once: enough to keep the pool of threads busy, few enough to bound memory. */
const IN_FLIGHT = 64;

/**
 * The images in another size (squashed, bilinear) and colour: grey ones get the same value in all channels, colours become
 * libvips's luminance. Images that have the shape already are left as they are.
 */
export async function convertImages(block: ImageBlock, shape: ImageShape): Promise<Uint8Array> {
  const isResized = block.shape.height !== shape.height || block.shape.width !== shape.width;
  const isGreyed = block.shape.channels === 3 && shape.channels === 1;
  const converted = isResized || isGreyed ? await throughSharp(block, { ...shape, channels: isGreyed ? 1 : block.shape.channels }) : block.images;
  return block.shape.channels === 1 && shape.channels === 3 ? repeated(converted) : converted;
}

/** Each value three times. */
function repeated(grey: Uint8Array): Uint8Array {
  const colour = new Uint8Array(grey.length * 3);
  for (let index = 0; index < grey.length; index += 1) colour.fill(grey[index] as number, index * 3, index * 3 + 3);
  return colour;
}

async function throughSharp({ images, count, shape: from }: ImageBlock, shape: ImageShape): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  // Vector code may round a pixel differently from one processor to the next, and all processes must agree on every byte.
  sharp.simd(false);
  const [length, wanted] = [from.height * from.width * from.channels, shape.height * shape.width * shape.channels];
  const converted = new Uint8Array(count * wanted);
  const channels = from.channels === 1 ? 1 : 3;
  const convert = async (index: number): Promise<void> => {
    const data = await sharp(images.subarray(index * length, (index + 1) * length), { raw: { height: from.height, width: from.width, channels } })
      .resize(shape.width, shape.height, { fit: 'fill', kernel: 'linear' })
      .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
    if (data.length !== wanted) throw new TypeError(`an image of ${wanted} values became ${data.length}`);
    converted.set(data, index * wanted);
  };
  for (let first = 0; first < count; first += IN_FLIGHT) {
    await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count - first) }, (_, position) => convert(first + position)));
  }
  return converted;
}

import type { ReadingConfig } from '@lethe/config';
import type { Sharp, SharpOptions } from 'sharp';
import type { ImageShape } from '../model/inputs.js';
import { faultInBytes, faultInWords } from './image-faults.js';
import { loadSharp } from './load-sharp.js';

/** What images are brought to. */
export interface ImageForm extends Pick<ReadingConfig, 'rules' | 'background'> {
  readonly shape: ImageShape;
}

/** Pixels of an image, or what is wrong with it, in words that follow "found". */
export type DecodedImage =
  | { readonly pixels: Uint8Array; /** The decoder complained, and read it nevertheless. */ readonly isOdd: boolean }
  | { readonly fault: string };

/** Decodes the bytes of one file. Never throws for what lies in them. */
export type ImageDecoder = (bytes: Buffer) => Promise<DecodedImage>;

/**
 * Pixels of the largest image that is decoded. The largest cameras have a hundred million; a file of a few kilobytes may claim to have
 * billions. Refused by its header, before memory is taken.
 */
export const MOST_PIXELS = 120e6;

/**
 * A decoder to one form: an image is turned upright as its EXIF says, put on the background where transparent, squashed to the size
 * (bilinear) and converted to grey (libvips's luminance) or RGB, 8 bits each. Of an animation the first frame is taken.
 */
export async function imageDecoder(form: ImageForm): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  const decode = async (bytes: Buffer, failOn: SharpOptions['failOn']): Promise<Uint8Array> =>
    toForm(sharp(bytes, { autoOrient: true, failOn, limitInputPixels: MOST_PIXELS }), form);
  const decodeOdd = async (bytes: Buffer): Promise<DecodedImage> => {
    try {
      return { pixels: await decode(bytes, 'error'), isOdd: true };
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return { fault: await faultInWords(bytes, MOST_PIXELS) };
    }
  };
  return async (bytes) => {
    const fault = faultInBytes(bytes);
    if (fault !== null) return { fault };
    try {
      return { pixels: await decode(bytes, 'warning'), isOdd: false };
    } catch (complaint) {
      if (complaint instanceof TypeError) throw complaint;
      // Once more: only odd images cost this.
      return decodeOdd(bytes);
    }
  };
}

async function toForm(image: Sharp, { shape, background, rules }: ImageForm): Promise<Uint8Array> {
  const paper = rules === 1 ? 'black' : background;
  // Grey images stay grey on their way, and a coloured background would lose its colour under them.
  const onPaper = paper.startsWith('#') ? image.pipelineColourspace('srgb') : image;
  const { data, info } = await onPaper
    .flatten({ background: paper })
    .resize(shape.width, shape.height, { fit: 'fill', kernel: 'linear' })
    .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== shape.channels) throw new TypeError(`decoded ${info.channels} channels instead of ${shape.channels}`);
  return data;
}

/** Text that is another whenever the same files could be decoded otherwise: the form, and the versions of the libraries. */
export async function identityOfForm({ shape, rules, background }: ImageForm): Promise<string> {
  const { versions } = await loadSharp();
  const { height, width, channels } = shape;
  return JSON.stringify(['images', height, width, channels, rules, background, versions]);
}

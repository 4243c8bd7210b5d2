import { errorMessage } from '@lethe/errors';
import type { ReadingConfig } from '@lethe/config';
import type { Sharp } from 'sharp';
import type { ImageShape } from '../../model/inputs.js';
import { faultInBytes, faultInWords } from './image-faults.js';
import { loadSharp } from './load-sharp.js';

/** What images are brought to. */
export interface ImageForm extends Pick<ReadingConfig, 'rules' | 'background'> {
  readonly shape: ImageShape;
  /** Those that are taken of an image before it is resized; null or left out: all. */
  readonly rows?: RowsToTake | null;
}

/** So many rows of an image of a known height; of one of another height, as large a share. */
export interface RowsToTake {
  readonly first: number;
  readonly count: number;
  readonly of: number;
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
const MOST_PIXELS = 120e6;
/** Larger ones are decoded one after another: an interlaced or a turned image is in memory as a whole, with up to 8 bytes a pixel. */
const LARGE_PIXELS = 25e6;

/**
 * A decoder to one form: an image is turned upright as its EXIF says, put on the background where transparent, squashed to the size
 * (bilinear) and converted to grey (libvips's luminance) or RGB, 8 bits each. Of an animation the first frame is taken.
 */
export async function imageDecoder(form: ImageForm): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  const decode = async (bytes: Buffer, { failOn, limitInputPixels }: Attempt): Promise<Uint8Array> =>
    toForm(sharp(bytes, { autoOrient: true, failOn, limitInputPixels }), form);
  const decodeOdd = async (bytes: Buffer): Promise<DecodedImage> => {
    try {
      return { pixels: await decode(bytes, { failOn: 'error', limitInputPixels: MOST_PIXELS }), isOdd: true };
    } catch (error) {
      if (error instanceof TypeError) throw error;
      return { fault: await faultInWords(bytes, MOST_PIXELS) };
    }
  };
  const decodeUsual = async (bytes: Buffer, limitInputPixels: number): Promise<DecodedImage> => {
    try {
      return { pixels: await decode(bytes, { failOn: 'warning', limitInputPixels }), isOdd: false };
    } catch (complaint) {
      if (complaint instanceof TypeError) throw complaint;
      // Only large and odd images are begun more than once.
      const isLarge = limitInputPixels < MOST_PIXELS && errorMessage(complaint).includes('pixel limit');
      return isLarge ? alone(() => decodeUsual(bytes, MOST_PIXELS)) : decodeOdd(bytes);
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  const alone = (work: () => Promise<DecodedImage>): Promise<DecodedImage> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return async (bytes) => {
    const fault = faultInBytes(bytes);
    return fault === null ? decodeUsual(bytes, LARGE_PIXELS) : { fault };
  };
}

/** Dots per inch at which a unit of a drawing is a pixel. */
const UNIT_DENSITY = 72;

/**
 * A decoder to one form of drawings (SVG) that Lethe has made itself. They are drawn in their own size, or larger if that is too small.
 * @param side units of a drawing's height and width
 */
export async function drawingDecoder(form: ImageForm, side: number): Promise<ImageDecoder> {
  const sharp = await loadSharp();
  const { height, width } = form.shape;
  const density = UNIT_DENSITY * Math.max(1, height / side, width / side);
  return async (drawing) => ({ pixels: await toForm(sharp(drawing, { density }), form), isOdd: false });
}

interface Attempt {
  readonly failOn: 'warning' | 'error';
  readonly limitInputPixels: number;
}

async function toForm(whole: Sharp, { shape, background, rules, rows = null }: ImageForm): Promise<Uint8Array> {
  const { image, kernel } = rows === null ? { image: whole, kernel: 'linear' as const } : await withRows(whole, rows, shape);
  const paper = rules === 1 ? 'black' : background;
  // Grey images stay grey on their way, and a coloured background would lose its colour under them.
  const onPaper = paper.startsWith('#') ? image.pipelineColourspace('srgb') : image;
  const { data, info } = await onPaper
    .flatten({ background: paper })
    .resize(shape.width, shape.height, { fit: 'fill', kernel })
    .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== shape.channels) throw new TypeError(`decoded ${info.channels} channels instead of ${shape.channels}`);
  return data;
}

/** The rows of an image, and what it is resized by: Lanczos where it becomes larger, else the mean of what a pixel covers. */
async function withRows(
  image: Sharp, wanted: RowsToTake, shape: ImageShape,
): Promise<{ readonly image: Sharp; readonly kernel: 'lanczos3' | 'linear' }> {
  const { autoOrient: { width, height } } = await image.metadata();
  const { top, count } = rowsOf(height, wanted);
  const kernel = count < shape.height ? 'lanczos3' : 'linear';
  return { image: image.extract({ left: 0, top, width, height: count }), kernel };
}

/** The rows that are taken of an image of that height: how many, from the one at the top on. */
export function rowsOf(height: number, { first, count, of }: RowsToTake): { readonly top: number; readonly count: number } {
  const [top, rows] = [Math.round((first * height) / of), Math.max(1, Math.round((count * height) / of))];
  return { top, count: Math.min(rows, height - top) };
}

/** Text that is another whenever the same files could be decoded otherwise: the form, and the versions of the libraries. */
export async function identityOfForm({ shape, rules, background, rows = null }: ImageForm): Promise<string> {
  const { versions } = await loadSharp();
  const { height, width, channels } = shape;
  return JSON.stringify(['images', height, width, channels, rules, background, versions, ...(rows === null ? [] : [rows])]);
}

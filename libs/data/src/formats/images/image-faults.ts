import { foreignKind } from '../foreign-file.js';
import { loadSharp } from './load-sharp.js';

const NUMBERS = new Intl.NumberFormat('en-GB');
const PNG_SIGNATURE = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1');
/** Offsets in a PNG: its first chunk is IHDR with 4 bytes each of length, name, width and height, then a byte each for depth and colour. */
const PNG_NAME_AT = 12;
const PNG_DEPTH_AT = 24;
const PNG_COLOUR_AT = 25;
/** Bits of a sample that each colour type of a PNG allows. */
const PNG_DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]], [2, [8, 16]], [3, [1, 2, 4, 8]], [4, [8, 16]], [6, [8, 16]],
]);
const BEGINNING_BYTES = 512;
const DRAWING = /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^>]*>\s*|<!DOCTYPE svg[^>]*>\s*)*<svg/i;
/** Images of kinds that the image library does not decode: where their mark is, the mark, and what they are called. */
const OTHER_KINDS: readonly (readonly [at: number, mark: string, kind: string])[] = [
  [4, 'ftyphei', 'a HEIC photograph'], [4, 'ftyphev', 'a HEIC photograph'], [4, 'ftypmif1', 'a HEIF photograph'],
  [0, 'BM', 'a BMP image'], [128, 'DICM', 'a DICOM image'], [0, '8BPS', 'a Photoshop image'],
];
/** The marks of the end lie this near to it, if programs put a few bytes behind them. */
const PNG_END_BYTES = 64;
const JPEG_END_BYTES = 64;

/** What is seen to be wrong with the bytes of an image file without decoding it, in words that follow "found"; null: nothing. */
export function faultInBytes(bytes: Buffer): string | null {
  if (bytes.length === 0) return 'an empty file';
  // They may refer to anything, and have no pixels of their own.
  return DRAWING.test(bytes.toString('latin1', 0, BEGINNING_BYTES)) ? 'a drawing (SVG), which has no pixels: convert it to PNG' : null;
}

/**
 * What is wrong with an image that cannot be decoded, in words that follow "found". Told from its own bytes: the complaints of the
 * decoder may be about another image that is decoded at the same time.
 */
export async function faultInWords(bytes: Buffer, mostPixels: number): Promise<string> {
  const other = OTHER_KINDS.find(([at, mark]) => bytes.toString('latin1', at, at + mark.length) === mark);
  if (other !== undefined) return `${other[2]}, which is not decoded: convert it to PNG or JPEG`;
  const size = await claimedSize(bytes);
  if (size === null) return faultOfBeginning(bytes);
  const { format, width, height } = size;
  if (width * height > mostPixels) {
    return `${NUMBERS.format(width)} x ${NUMBERS.format(height)} pixels, more than the ${NUMBERS.format(mostPixels)} that are decoded`;
  }
  if (format === 'jpeg') return faultOfJpeg(bytes);
  if (format === 'png') return faultOfPng(bytes) ?? faultOfEnd('PNG', bytes.includes('IEND', -PNG_END_BYTES, 'latin1'));
  return `a damaged or cut-off image (${format})`;
}

/** Of a file that is none of the kinds that are decoded, or does not look like it. */
function faultOfBeginning(bytes: Buffer): string {
  const png = faultOfPng(bytes);
  if (png !== null) return png;
  const kind = foreignKind(bytes);
  if (kind === null) return 'no image of a known kind, or one with a damaged beginning';
  return kind.endsWith('image') ? `${kind} with a damaged beginning` : kind;
}

function faultOfEnd(kind: string, isWhole: boolean): string {
  return isWhole ? `a damaged ${kind}` : `a ${kind} that is cut off`;
}

async function claimedSize(bytes: Buffer): Promise<{ readonly format: string; readonly width: number; readonly height: number } | null> {
  const sharp = await loadSharp();
  return sharp(bytes, { limitInputPixels: false }).metadata().catch(() => null);
}

/** Walks over the segments of a JPEG up to the one that tells how it is coded. */
function faultOfJpeg(bytes: Buffer): string {
  for (let at = 2; at + 5 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] as number;
    // C4, C8 and CC lie among the codes of frames and are none.
    if (marker < 0xc0 || marker > 0xcf || marker % 4 === 0 && marker !== 0xc0) continue;
    const precision = bytes[at + 4] as number;
    if (precision !== 8) return `a JPEG of ${precision} bits a channel, which is not decoded: convert it to 8 bits`;
    if (marker % 4 === 3) return 'a lossless JPEG, which is not decoded: convert it';
    break;
  }
  return faultOfEnd('JPEG', bytes.includes(Buffer.of(0xff, 0xd9), -JPEG_END_BYTES));
}

function faultOfPng(bytes: Buffer): string | null {
  const beginsLikeOne = bytes.toString('latin1', 0, BEGINNING_BYTES).includes('IHDR');
  if (!beginsLikeOne) return null;
  if (!bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return 'a PNG whose first 8 bytes are damaged';
  if (bytes.toString('latin1', PNG_NAME_AT, PNG_NAME_AT + 4) !== 'IHDR') return 'a PNG whose header is damaged';
  const [depth = 0, colour = 0] = [bytes[PNG_DEPTH_AT], bytes[PNG_COLOUR_AT]];
  const depths = PNG_DEPTHS.get(colour);
  if (depths === undefined) return `a PNG of the colour type ${colour}, which does not exist`;
  if (!depths.includes(depth)) return `a PNG of colour type ${colour} with ${depth} bits a sample, which does not exist`;
  return bytes.includes('IDAT', 0, 'latin1') ? null : 'a PNG without image data';
}

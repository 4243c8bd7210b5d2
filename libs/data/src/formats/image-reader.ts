import type { BadInput, InputReader } from '../model/inputs.js';
import { inputLength } from '../model/inputs.js';
import type { ReadingNote } from '../model/examples.js';
import { imageDecoder, type DecodedImage, type ImageDecoder, type ImageForm } from './decode-image.js';

/** Images being decoded at once: enough to keep the pool of threads busy, few enough to bound memory. */
const AT_ONCE = 8;

/** A reader of images, which knows of those that were odd. */
export interface ImageReader extends InputReader {
  /** Images that have been read although the decoder complained, in their order. */
  readonly odd: () => readonly number[];
  /** What an image is called in messages: "labels.csv, line 7: expected an image in day/1.png". */
  readonly expected: (example: number) => string;
}

/** Where the encoded images come from. */
export interface EncodedImages {
  readonly count: number;
  /** What an image is called in messages: "labels.csv, line 7: expected an image in day/1.png". */
  readonly expected: (example: number) => string;
  /** The bytes of its file, or what is wrong with it, in words that follow "found". */
  readonly load: (example: number) => Promise<Buffer | { readonly fault: string }>;
  readonly identity: () => Promise<string>;
}

/** Decodes images to one form, a few at once in the threads of the image library. */
export function imageReader(images: EncodedImages, form: ImageForm): ImageReader {
  const length = inputLength(form.shape);
  const odd = new Set<number>();
  let decoder: Promise<ImageDecoder> | undefined;
  const decodeOne = async (example: number): Promise<DecodedImage> => {
    const bytes = await images.load(example);
    if (!Buffer.isBuffer(bytes)) return bytes;
    decoder ??= imageDecoder(form);
    return (await decoder)(bytes);
  };
  const read: InputReader['read'] = async (first, end) => {
    checkRange(first, end, images.count);
    const inputs = new Uint8Array((end - first) * length);
    const bad: BadInput[] = [];
    let next = first;
    const decodeNext = async (): Promise<void> => {
      while (next < end) {
        const example = next;
        next += 1;
        const decoded = await decodeOne(example);
        if ('fault' in decoded) {
          bad.push({ example, reason: `${images.expected(example)}, found ${decoded.fault}` });
          continue;
        }
        inputs.set(decoded.pixels, (example - first) * length);
        if (decoded.isOdd) odd.add(example);
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, end - first) }, decodeNext));
    return { inputs, bad: bad.sort((a, b) => a.example - b.example) };
  };
  const { count, expected, identity } = images;
  return { shape: form.shape, values: 'bytes', count, expected, identity, read, odd: () => [...odd].sort((a, b) => a - b) };
}

/** A notice of images that the decoder complained of and read nevertheless; null if there are none. */
export function noteOfOdd({ odd, expected }: ImageReader): ReadingNote | null {
  const [first, ...others] = odd();
  if (first === undefined) return null;
  const images = others.length === 0 ? '1 image was' : `${others.length + 1} images were`;
  return { kind: 'notice', text: `${images} read although the decoder complained, the first: ${expected(first)}` };
}

function checkRange(first: number, end: number, count: number): void {
  if (first < 0 || end < first || end > count) throw new RangeError(`examples ${first} to ${end} of ${count}`);
}

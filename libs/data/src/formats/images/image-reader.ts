import type { BadInput, InputReader } from '../../model/inputs.js';
import { inputLength } from '../../model/inputs.js';
import { imageDecoder, type DecodedImage, type ImageDecoder, type ImageForm } from './decode-image.js';

/** Images being decoded at once: enough to keep the pool of threads busy, few enough to bound memory. */
const AT_ONCE = 8;

/** Where the encoded images come from. */
export interface EncodedImages {
  readonly count: number;
  /** What an image is called in messages: "labels.csv, line 7: expected an image in day/1.png". */
  readonly expected: (example: number) => string;
  /** The bytes of its file, or what is wrong with it, in words that follow "found". */
  readonly load: (example: number) => Promise<Buffer | { readonly fault: string }>;
  readonly identity: () => Promise<string>;
}

/**
 * Decodes images to one form, a few at once in the threads of the image library.
 * @param decoderOf what decodes them, made when the first of them is read
 */
export function imageReader(images: EncodedImages, form: ImageForm, decoderOf = imageDecoder): InputReader {
  const length = inputLength(form.shape);
  let decoder: Promise<ImageDecoder> | undefined;
  const decodeOne = async (example: number): Promise<DecodedImage> => {
    const bytes = await images.load(example);
    if (!Buffer.isBuffer(bytes)) return bytes;
    decoder ??= decoderOf(form);
    return (await decoder)(bytes);
  };
  const read: InputReader['read'] = async (first, end) => {
    checkRange(first, end, images.count);
    const inputs = new Uint8Array((end - first) * length);
    const [bad, odd]: [BadInput[], BadInput[]] = [[], []];
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
        if (decoded.isOdd) odd.push({ example, reason: images.expected(example) });
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, end - first) }, decodeNext));
    return { inputs, bad: inOrder(bad), odd: inOrder(odd) };
  };
  const { count, identity } = images;
  return { shape: form.shape, values: 'bytes', count, identity, read };
}

function inOrder(inputs: readonly BadInput[]): BadInput[] {
  return [...inputs].sort((a, b) => a.example - b.example);
}

function checkRange(first: number, end: number, count: number): void {
  if (first < 0 || end < first || end > count) throw new RangeError(`examples ${first} to ${end} of ${count}`);
}

import { createHash } from 'node:crypto';
import { errorCode, errorMessage } from '@lethe/errors';
import type { InputReader } from '../../model/inputs.js';
import { identityOfForm, type ImageForm } from './decode-image.js';
import { faultOfSize } from './image-files.js';
import { imageReader } from './image-reader.js';
import type { PackedFile } from '../archives/packed-files.js';

/** An image in a folder or in an archive. */
export interface PackedImage {
  /** The row that lists it, or its folder, for messages: "labels.txt, line 7". */
  readonly where: string;
  /** The file, or why there is none: the name in the list, and what is wrong with it in words that follow "found". */
  readonly file: PackedFile | { readonly name: string; readonly fault: string };
}

export interface PackedImagesOptions extends ImageForm {
  readonly images: readonly PackedImage[];
}

/** Reads images out of archives, without unpacking others, and images beside them. */
export function packedImageReader({ images, ...form }: PackedImagesOptions): InputReader {
  const imageAt = (example: number): PackedImage => images[example] as PackedImage;
  return imageReader({
    count: images.length,
    expected: (example) => expectedImage(imageAt(example)),
    load: (example) => load(imageAt(example).file),
    identity: async () => {
      const hash = createHash('sha256').update(await identityOfForm(form));
      for (const { file } of images) hash.update(`${JSON.stringify('fault' in file ? file : [file.where, file.size, file.stamp])}\n`);
      return hash.digest('hex');
    },
  }, form);
}

/** The beginning of a message about an image. */
function expectedImage({ where, file }: PackedImage): string {
  return `${where}: expected an image in ${'fault' in file ? file.name : file.where}`;
}

async function load(file: PackedImage['file']): Promise<Buffer | { readonly fault: string }> {
  const fault = 'fault' in file ? file.fault : faultOfSize(file.size);
  if ('fault' in file || fault !== null) return { fault: fault ?? '' };
  try {
    return await file.read();
  } catch (error) {
    // The bound is on all of them together: to go on with the next would be no use.
    if (errorCode(error) === 'DATA_TOO_LARGE') throw error;
    return { fault: `a file that cannot be read (${errorMessage(error)})` };
  }
}

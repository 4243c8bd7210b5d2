import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { decodeInOwnSize, IMAGE_FILE } from '../formats/images/decode-images.js';
import { findIdxFiles } from '../formats/arrays/idx-folder.js';
import { readListedImages } from '../formats/lists/label-list.js';
import type { ImageArray, LabelledImages } from '../formats/images/labelled-images.js';
import { findPackedFiles } from '../formats/archives/packed-files.js';
import type { Unpacking } from '../formats/archives/unpacking.js';
import { invalidData } from '../invalid-data.js';
import { seededGenerator } from '../seeded-generator.js';
import { readIdxPart } from './idx.js';
import { mnistFolder } from './mnist.js';
import { imageExamples } from './packed-images.js';
import type { Reader } from './reader.js';

export interface MnistMFolders {
  /** Photographs, such as BSDS500's. */
  readonly photographs: string;
  /** The published test images with their label list. */
  readonly test: string;
}

/** MNIST-M: training images made from MNIST and photographs, and the published test images. */
export const readMnistM: Reader<MnistMFolders> = async (folders, options) => {
  const { unpacking, seed } = options;
  const digits = await readIdxPart((await findIdxFiles(mnistFolder())).train, unpacking);
  const images = blendWithPhotographs(digits, await readPhotographs(folders.photographs, unpacking), seed);
  const train: LabelledImages = { images, labels: digits.labels, count: digits.count, shape: { ...digits.shape, channels: 3 } };
  const test = await readListedImages(folders.test, await findPackedFiles(folders.test, unpacking), unpacking);
  const places = { train: digits.labelsFile, test: folders.test };
  return imageExamples({ origin: folders.test, train, test, where: (part, image) => `${places[part]}, image ${image}` }, options);
};

async function readPhotographs(folder: string, unpacking: Unpacking): Promise<ImageArray[]> {
  const files = (await findPackedFiles(folder, unpacking)).filter(({ path }) => IMAGE_FILE.test(path));
  if (files.length === 0) throw invalidData(folder, 'photographs, as image files or in tar archives', 'none');
  return decodeInOwnSize(files, unpacking);
}

/**
 * MNIST-M out of MNIST: |photograph - digit| in each colour, with a patch drawn at random from a random photograph. A pure
 * function of its arguments.
 *
 * @param digits grey images
 * @param photographs in colour, each at least as large as a digit
 * @returns colour images [digits.count, height, width, 3]
 * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015), section 4
 */
export function blendWithPhotographs(digits: ImageArray, photographs: readonly ImageArray[], seed: number): Uint8Array {
  const { height, width, channels } = digits.shape;
  if (channels !== 1) throw new RangeError(`digits: expected grey images, found ${channels} channels`);
  const blended = new Uint8Array(digits.count * height * width * 3);
  const generator = seededGenerator('photographs', seed, 0);
  for (let digit = 0; digit < digits.count; digit += 1) {
    const photograph = photographs[uniformInt(generator, 0, photographs.length - 1)];
    if (photograph === undefined || photograph.shape.height < height || photograph.shape.width < width) {
      const found = photograph === undefined ? 'none' : `${photograph.shape.height} x ${photograph.shape.width}`;
      throw invalidData('photographs', `at least one, and each of at least ${height} x ${width} pixels`, found);
    }
    const top = uniformInt(generator, 0, photograph.shape.height - height);
    const left = uniformInt(generator, 0, photograph.shape.width - width);
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const place = (digit * height + row) * width + column;
        const ink = digits.images[place] as number;
        const source = ((top + row) * photograph.shape.width + left + column) * 3;
        for (let channel = 0; channel < 3; channel += 1) {
          blended[place * 3 + channel] = Math.abs((photograph.images[source + channel] as number) - ink);
        }
      }
    }
  }
  return blended;
}

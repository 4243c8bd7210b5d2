import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { findIdxFiles } from '../formats/arrays/idx-folder.js';
import { joinedReader } from '../inputs/input-readers.js';
import { Unpacking } from '../formats/archives/unpacking.js';
import type { DecodedInputs, InputReader } from '../model/inputs.js';
import { defineData } from '../own/define-data.js';
import { seededGenerator } from '../seeded-generator.js';
import { readIdxPart, type IdxPart } from './idx.js';
import { mnistFolder } from './mnist.js';

/** Colours that are far from each other, red, green and blue; the first belongs to the digit 0. */
const COLOURS: readonly (readonly [name: string, red: number, green: number, blue: number])[] = [
  ['red', 200, 30, 30], ['green', 30, 150, 40], ['blue', 30, 60, 210], ['yellow', 200, 180, 20], ['magenta', 190, 40, 180],
  ['cyan', 30, 170, 180], ['orange', 220, 110, 20], ['brown', 110, 70, 30], ['grey', 120, 120, 120], ['black', 0, 0, 0],
];

/** Of a hundred training images, how many have the colour of their digit. */
const AGREEING = 90;

/** More than the four files of MNIST are, in GiB. */
const UNPACKED_GIB = 1;

/**
 * MNIST on ten background colours: a training image has the colour of its digit in 90 % of cases, else one of the other nine; of a test
 * image any colour is as likely, whatever its digit is. The colours are drawn by a seed of their own, and are the same in every run.
 */
export const colouredMnist = defineData({
  name: 'coloured-mnist',
  folder: 'none',
  read: async () => {
    const files = await findIdxFiles(mnistFolder());
    const unpacking = new Unpacking(UNPACKED_GIB);
    const [train, test] = [await readIdxPart(files.train, unpacking), await readIdxPart(files.test, unpacking)];
    const drawn = [drawColours(train.labels.map(Number), 'train'), drawColours(test.labels.map(Number), 'test')] as const;
    const images = joinedReader([new ColouredImages(train, drawn[0]), new ColouredImages(test, drawn[1])]);
    const { count, shape: { height, width, channels } } = images;
    return {
      count, inputs: { shape: [height, width, channels], read: async (first, end) => (await images.read(first, end)).inputs },
      attributes: {
        label: [...train.labels, ...test.labels], colour: [...drawn[0], ...drawn[1]].map((colour) => COLOURS[colour]?.[0] ?? ''),
      },
      label: 'label',
      splits: Array.from({ length: count }, (_, image) => (image < train.count ? 'train' : 'test')),
      where: (image) => (image < train.count ? `${train.labelsFile}, image ${image}` : `${test.labelsFile}, image ${image - train.count}`),
    };
  },
});

/** The colour of each image, as an index. @param digits 0 to 9 */
export function drawColours(digits: readonly number[], part: 'train' | 'test'): Uint8Array {
  const generator = seededGenerator('colours', 0, part);
  return Uint8Array.from(digits, (digit) => {
    if (part === 'test') return uniformInt(generator, 0, COLOURS.length - 1);
    const agrees = uniformInt(generator, 0, 99) < AGREEING;
    const other = uniformInt(generator, 1, COLOURS.length - 1);
    return agrees ? digit : (digit + other) % COLOURS.length;
  });
}

/** Grey images that are coloured when they are read: white strokes stay white, and black becomes the colour. */
export class ColouredImages implements InputReader {
  readonly shape: InputReader['shape'];
  readonly values = 'bytes';
  readonly count: number;
  /** Colouring costs so little that nothing need be kept on disk. */
  readonly identity = (): Promise<null> => Promise.resolve(null);
  readonly #grey: Uint8Array;
  readonly #colours: Uint8Array;

  constructor({ images, count, shape }: Pick<IdxPart, 'images' | 'count' | 'shape'>, colours: Uint8Array) {
    this.shape = { ...shape, channels: 3 };
    this.count = count;
    this.#grey = images;
    this.#colours = colours;
  }

  read(first: number, end: number): Promise<DecodedInputs> {
    const pixels = this.shape.height * this.shape.width;
    const inputs = new Uint8Array((end - first) * pixels * 3);
    let target = 0;
    for (let image = first; image < end; image += 1) {
      const [, ...background] = COLOURS[this.#colours[image] as number] as (typeof COLOURS)[number];
      for (let place = image * pixels; place < (image + 1) * pixels; place += 1) {
        const ink = this.#grey[place] as number;
        for (const colour of background) {
          inputs[target] = Math.round((colour * (255 - ink)) / 255 + ink);
          target += 1;
        }
      }
    }
    return Promise.resolve({ inputs, bad: [] });
  }
}

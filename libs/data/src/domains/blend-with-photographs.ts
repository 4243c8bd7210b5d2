import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { ImageBlock } from '../formats/convert-images.js';
import { invalidData } from '../invalid-data.js';
import { seededGenerator } from '../seeded-generator.js';

/**
 * MNIST-M out of MNIST: |photograph - digit| in each colour, with a patch drawn at random from a random photograph. A pure
 * function of its arguments.
 *
 * @param digits grey images
 * @param photographs in colour, each at least as large as a digit
 * @returns colour images [digits.count, height, width, 3]
 * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015), section 4
 */
export function blendWithPhotographs(digits: ImageBlock, photographs: readonly ImageBlock[], seed: number): Uint8Array {
  const { height, width, channels } = digits.shape;
  if (channels !== 1) throw new RangeError(`digits: expected grey images, found ${channels} channels`);
  const blended = new Uint8Array(digits.count * height * width * 3);
  const generator = seededGenerator('photographs', seed, 0);
  for (let digit = 0; digit < digits.count; digit += 1) {
    const photograph = photographs[uniformInt(generator, 0, photographs.length - 1)];
    if (photograph === undefined || photograph.shape.height < height || photograph.shape.width < width) {
      throw invalidData('photographs', `at least one, and each of at least ${height} x ${width} pixels`, photograph === undefined ? 'none' : `${photograph.shape.height} x ${photograph.shape.width}`);
    }
    const top = uniformInt(generator, 0, photograph.shape.height - height);
    const left = uniformInt(generator, 0, photograph.shape.width - width);
    for (let row = 0; row < height; row += 1) {
      for (let column = 0; column < width; column += 1) {
        const place = (digit * height + row) * width + column;
        const ink = digits.images[place] as number;
        const source = ((top + row) * photograph.shape.width + left + column) * 3;
        for (let channel = 0; channel < 3; channel += 1) blended[place * 3 + channel] = Math.abs((photograph.images[source + channel] as number) - ink);
      }
    }
  }
  return blended;
}

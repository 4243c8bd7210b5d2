import { inputLength, type ImageShape } from '../model/inputs.js';

/** How many images have a single colour all over. */
export interface Contrast {
  readonly count: number;
  readonly plain: number;
  /** There are images, and none has anything to see. */
  readonly isAllPlain: boolean;
}

/** Looks for images without contrast: of one colour all over, whichever it is. @param images row-major [count, height, width, channels] */
export function measureContrast(images: Uint8Array, shape: ImageShape): Contrast {
  const length = inputLength(shape);
  const count = images.length / length;
  let plain = 0;
  for (let image = 0; image < count; image += 1) {
    if (isPlain(images.subarray(image * length, (image + 1) * length), shape.channels)) plain += 1;
  }
  return { count, plain, isAllPlain: count > 0 && plain === count };
}

function isPlain(image: Uint8Array, channels: number): boolean {
  for (let index = channels; index < image.length; index += 1) if (image[index] !== image[index - channels]) return false;
  return true;
}

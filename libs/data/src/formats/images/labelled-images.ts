import type { ImageShape } from '../../model/inputs.js';

/** Images of one shape, row-major [count, height, width, channels]. */
export interface ImageArray {
  readonly images: Uint8Array;
  readonly count: number;
  readonly shape: ImageShape;
}

/** Images and the name of the class of each. */
export interface LabelledImages extends ImageArray {
  /** Null: not known. */
  readonly labels: readonly (string | null)[];
}

/** Images of digits, each with its digit 0 to 9. */
export interface DigitImages extends ImageArray {
  readonly digits: Uint8Array;
}

/** The classes of digits are called as they are written. */
export function labelledDigits({ images, digits, count, shape }: DigitImages): LabelledImages {
  return { images, count, shape, labels: Array.from(digits, String) };
}

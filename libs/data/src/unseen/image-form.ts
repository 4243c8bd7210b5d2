import type { ReadingConfig } from '@lethe/config';
import type { ImageForm } from '../formats/images/decode-image.js';
import type { ImageShape } from '../model/inputs.js';
import type { ImagesPreprocessing } from '../preprocessing/preprocessing.js';

/** The shape that a run brings images to. */
export function shapeOf({ height, width, channels }: ImagesPreprocessing): ImageShape {
  return { height, width, channels };
}

/** To what a run brings images in files. */
export function formOf(preprocessing: ImagesPreprocessing, { rules, background }: Pick<ReadingConfig, 'rules' | 'background'>): ImageForm {
  return { shape: shapeOf(preprocessing), rules, background, rows: preprocessing.rows };
}

import { isPicture, type ImageShape, type InputValues } from '@lethe/data';

/** What a run learnt from and was measured on, and as what its examples were read. */
export interface UsedExamples {
  readonly trained: number;
  readonly held_out: number;
  readonly tested: number;
  /** A table's row is an image of a single pixel with a channel for each number. */
  readonly shape: ImageShape;
  /** Bytes, which networks see as -1 to 1, or floats, which they see as they are. Earlier versions did not say it. */
  readonly values?: InputValues;
}

/** Whether the numbers of examples are from -1 to 1, as networks see them. Earlier versions said of what shape they are alone. */
export function haveByteRange({ values, shape }: Pick<UsedExamples, 'values' | 'shape'>): boolean {
  return values === undefined ? isPicture(shape) : values === 'bytes';
}

import type { ImageShape } from '@lethe/data';

/** What a run learnt from and was measured on, and as what its examples were read. */
export interface UsedExamples {
  readonly trained: number;
  readonly held_out: number;
  readonly tested: number;
  /** A table's row is an image of a single pixel with a channel for each number. */
  readonly shape: ImageShape;
}

/**
 * Numbers that are computed: of one example each, or of all of a batch. They have no values while a step is recorded, and are computed by
 * the operations of a context alone.
 */
export interface Tensor {
  /** Its dimensions; examples come first. */
  readonly shape: number[];
  /** How many dimensions it has. */
  readonly rank: number;
  /** How many numbers it has. */
  readonly size: number;
}

/** Turns the value of a cell into numbers. */
export interface Encoder {
  /** How many. */
  readonly size: number;
  /**
   * Writes them to target[offset] and on; the target is zeros before.
   * @param value of a number column the number, NaN where it is missing; of a column of categories the index among the column's own,
   * MISSING or UNKNOWN
   */
  readonly encode: (value: number, target: Float32Array, offset: number) => void;
}

/** The index of a category that is none of the column's own. */
export const UNKNOWN = 0xffff_fffe;

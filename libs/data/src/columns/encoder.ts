/** Turns the cell of a row into numbers. */
export interface Encoder {
  /** How many. */
  readonly size: number;
  /** Whether categories share these numbers. */
  readonly isHashed?: true;
  /** Writes them to target[offset] and on; the target is zeros before. */
  readonly encode: (row: number, target: Float32Array, offset: number) => void;
}

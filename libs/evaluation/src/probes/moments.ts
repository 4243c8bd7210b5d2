import { Matrix } from 'ml-matrix';
import { yieldToEventLoop } from '../yield-to-event-loop.js';

/** Numbers of a vector at most, where all pairs of them are looked at: eigenvalues of more take minutes. */
export const MOST_PAIRED = 512;
const ADDED_AT_ONCE = 1000;

/** Vectors: values float32 [examples, size]. */
export interface Values {
  readonly values: Float32Array;
  readonly size: number;
}

/** Mean [size] of each number of some vectors. */
export function meanOf({ values, size }: Values): Float64Array {
  const mean = new Float64Array(size);
  const examples = values.length / size;
  for (let first = 0; first < values.length; first += size) {
    for (let place = 0; place < size; place += 1) mean[place] = (mean[place] as number) + (values[first + place] as number) / examples;
  }
  return mean;
}

/** Covariances [size, size] of the numbers of some vectors of this mean. */
export async function covarianceOf({ values, size }: Values, mean: Float64Array): Promise<Matrix> {
  const examples = values.length / size;
  const sums = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let example = 0; example < examples; example += 1) {
    for (let place = 0; place < size; place += 1)
      centred[place] = (values[example * size + place] as number) - (mean[place] as number);
    for (let row = 0; row < size; row += 1) {
      const value = centred[row] as number;
      for (let column = 0; column <= row; column += 1)
        sums[row * size + column] = (sums[row * size + column] as number) + value * (centred[column] as number);
    }
    if (example % ADDED_AT_ONCE === 0) await yieldToEventLoop();
  }
  const covariance = new Matrix(size, size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const value = (sums[row * size + column] as number) / examples;
      covariance.set(row, column, value);
      covariance.set(column, row, value);
    }
  }
  return covariance;
}

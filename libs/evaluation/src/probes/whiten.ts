import { EigenvalueDecomposition } from 'ml-matrix';
import { covarianceOf, meanOf, type Values } from './moments.js';
import type { UnlabelledData } from './probe-data.js';

/** Directions of less variance, where every number has variance 1, are what float32 leaves of numbers that follow from the others. */
const LEAST_VARIANCE = 1e-9;

/**
 * Turns standardised vectors to the principal directions of the training vectors, each brought to deviation 1: the numbers of the result
 * are uncorrelated, and information in a small difference of two that nearly agree is found as easily as any other. Directions in which
 * the training vectors do not differ are left out; of vectors that are all alike, a number that is 0 for each is left.
 */
export async function whiten<Both extends UnlabelledData>(data: Both): Promise<Both> {
  const mean = meanOf(data.train);
  const covariance = await covarianceOf(data.train, mean);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const variances = [...realEigenvalues.entries()].sort(([, one], [, other]) => other - one);
  const found = variances.filter(([, variance]) => variance > LEAST_VARIANCE).map(([column, variance]) => (
    Float64Array.from(eigenvectorMatrix.getColumn(column), (value) => value / Math.sqrt(variance))
  ));
  const directions = found.length === 0 ? [new Float64Array(data.train.size)] : found;
  const turned = <Part extends Values>(part: Part): Part => ({ ...part, ...turn(part, mean, directions) });
  return { ...data, train: turned(data.train), test: turned(data.test) };
}

/** The distance from the mean along each direction. */
function turn({ values, size }: Values, mean: Float64Array, directions: readonly Float64Array[]): Values {
  const examples = values.length / size;
  const result = new Float32Array(examples * directions.length);
  for (let example = 0; example < examples; example += 1) {
    for (const [column, direction] of directions.entries()) {
      let sum = 0;
      for (let place = 0; place < size; place += 1)
        sum += ((values[example * size + place] as number) - (mean[place] as number)) * (direction[place] as number);
      result[example * directions.length + column] = sum;
    }
  }
  return { values: result, size: directions.length };
}

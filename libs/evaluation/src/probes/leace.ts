import { EigenvalueDecomposition, Matrix, SVD } from 'ml-matrix';
import { covarianceOf, meanOf, type Values } from './moments.js';
import type { Vectors } from './probe-data.js';

/** Share of the largest variance below which a direction counts as one in which the vectors do not differ. */
const LEAST_VARIANCE = 1e-9;
/** Correlations with a class that are less are what rounding leaves. */
const LEAST_CORRELATION = 1e-8;

/** An affine map of vectors that leaves nothing in them by which a linear classifier could tell the classes. */
export type LinearEraser = (vectors: Values) => Values;

/**
 * The least-squares concept eraser of labelled vectors in closed form: of all affine maps after which no number is correlated with any
 * class, the one that moves the vectors least in the mean square.
 *
 *     r(x) = x - W+ Q Qt W (x - mean),   W = (covariance of x)^(-1/2),   Q: an orthonormal basis of the columns of W cov(x, classes)
 *
 * @see Belrose et al., LEACE: Perfect Linear Concept Erasure in Closed Form (2023), theorem 4.3
 */
export async function leace(vectors: Vectors, classes: number): Promise<LinearEraser> {
  const mean = meanOf(vectors);
  const covariance = await covarianceOf(vectors, mean);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  const least = LEAST_VARIANCE * realEigenvalues.reduce((most, variance) => Math.max(most, variance), 0);
  const power = (exponent: number): Matrix => {
    const powers = realEigenvalues.map((variance) => (variance > least ? variance ** exponent : 0));
    return eigenvectorMatrix.mmul(Matrix.diag(powers)).mmul(eigenvectorMatrix.transpose());
  };
  const [whitening, colouring] = [power(-0.5), power(0.5)];
  const { diagonal, leftSingularVectors } = new SVD(whitening.mmul(covarianceWithClasses(vectors, mean, classes)), { autoTranspose: true });
  const erased = [...diagonal.keys()].filter((column) => (diagonal[column] ?? 0) > LEAST_CORRELATION);
  const directions = erased.map((column) => {
    const basis = leftSingularVectors.getColumnVector(column);
    return { read: basis.transpose().mmul(whitening).to1DArray(), removed: colouring.mmul(basis).to1DArray() };
  });
  return (others) => without(others, mean, directions);
}

/** Covariances [size, classes] of the numbers with the one-hot class. */
function covarianceWithClasses({ values, size, labels }: Vectors, mean: Float64Array, classes: number): Matrix {
  const sums = Matrix.zeros(size, classes);
  for (const [example, label] of labels.entries()) {
    for (let place = 0; place < size; place += 1) {
      const distance = (values[example * size + place] as number) - (mean[place] as number);
      sums.set(place, label, sums.get(place, label) + distance / labels.length);
    }
  }
  return sums;
}

/** What is taken out of a vector: `read` of its distance from the mean, times `removed`; both [size]. */
interface ErasedDirection { readonly read: readonly number[]; readonly removed: readonly number[] }

function without({ values, size }: Values, mean: Float64Array, directions: readonly ErasedDirection[]): Values {
  const result = new Float32Array(values.length);
  const kept = new Float64Array(size);
  for (let first = 0; first < values.length; first += size) {
    for (let place = 0; place < size; place += 1) kept[place] = values[first + place] as number;
    for (const { read, removed } of directions) {
      let amount = 0;
      for (let place = 0; place < size; place += 1)
        amount += ((values[first + place] as number) - (mean[place] as number)) * (read[place] as number);
      for (let place = 0; place < size; place += 1) kept[place] = (kept[place] as number) - amount * (removed[place] as number);
    }
    result.set(kept, first);
  }
  return { values: result, size };
}

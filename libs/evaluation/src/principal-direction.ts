import { EigenvalueDecomposition } from 'ml-matrix';
import { covarianceOf, meanOf, MOST_PAIRED, type Values } from './probes/moments.js';

/**
 * The direction of length 1 in which vectors are spread most. Those with a number that is not finite do not count. Null for vectors that
 * are too long for it, or where there are none.
 */
export async function principalDirection({ values, size }: Values): Promise<readonly number[] | null> {
  if (size > MOST_PAIRED) return null;
  const rows = Array.from({ length: values.length / size }, (_, row) => values.subarray(row * size, (row + 1) * size))
    .filter((row) => row.every(Number.isFinite));
  const finite = { values: new Float32Array(rows.length * size), size };
  for (const [index, row] of rows.entries()) finite.values.set(row, index * size);
  if (rows.length === 0) return null;
  const covariance = await covarianceOf(finite, meanOf(finite));
  // Eigenvalues are in ascending order.
  return new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).eigenvectorMatrix.getColumn(size - 1);
}

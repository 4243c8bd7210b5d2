/** The class with the largest value of a row, the first of several; -1 if one of them is not a number. */
export function likeliestClass(row: Float32Array): number {
  return row.indexOf(row.reduce((most, value) => Math.max(most, value), -Infinity));
}

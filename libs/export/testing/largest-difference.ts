/** The largest difference between numbers, relative to those that are larger than 1. NaN if one is not a number. */
export function largestDifference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.NaN;
  return expected.reduce((most, value, index) => {
    const difference = Math.abs((found[index] as number) - value) / Math.max(1, Math.abs(value));
    return difference > most || Number.isNaN(difference) ? difference : most;
  }, 0);
}

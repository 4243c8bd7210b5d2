/** The smallest normal float32, 2^-126. What is smaller but not zero is subnormal. */
export const SMALLEST_NORMAL = 2 ** -126;

/**
 * A float32 as every part of Lethe keeps it: subnormal numbers and -0 become +0, because TensorFlow flushes subnormals
 * and JavaScript does not. NaN and infinities stay.
 */
export function flushSubnormal(value: number): number {
  return Math.abs(value) < SMALLEST_NORMAL ? 0 : value;
}

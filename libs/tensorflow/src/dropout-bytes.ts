const BYTES = 256;

/**
 * Dropout by random bytes: a byte below the threshold drops its value, and the factor keeps the mean of the rest. The rate
 * that results is the nearest of 1/256, 2/256 ... 255/256 to the one asked for.
 */
export function dropoutBytes(rate: number): { readonly threshold: number; readonly factor: number } {
  const threshold = Math.min(BYTES - 1, Math.max(1, Math.round(rate * BYTES)));
  return { threshold, factor: Math.fround(BYTES / (BYTES - threshold)) };
}

import { haveByteRange, type UsedExamples } from './used-examples.js';

/** From the least to the greatest value of a byte, as networks see them. */
const RANGE = 2;

/**
 * Peak signal-to-noise ratio in dB of examples that are bytes, which networks see as -1 to 1, by their mean squared error: the square of
 * the range over the error. It is the same as of bytes, whose range is 255. Null: numbers of another kind have no range that is known, and
 * without an error there is no ratio.
 */
export function peakSignalToNoise(meanSquaredError: number, examples: Pick<UsedExamples, 'values' | 'shape'>): number | null {
  if (!haveByteRange(examples) || meanSquaredError === 0) return null;
  return 10 * Math.log10(RANGE ** 2 / meanSquaredError);
}

/** From the darkest to the brightest value of a pixel, as networks see them. */
const RANGE = 2;

/**
 * Peak signal-to-noise ratio in dB of images whose pixels are -1 to 1, by their mean squared error: the square of the range over the error.
 * It is the same as of bytes, whose range is 255.
 */
export function peakSignalToNoise(meanSquaredError: number): number {
  return 10 * Math.log10(RANGE ** 2 / meanSquaredError);
}

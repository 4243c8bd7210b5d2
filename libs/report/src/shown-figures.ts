import { haveByteRange, peakSignalToNoise, type Interval, type UsedExamples } from '@lethe/evaluation';
import { formatCount } from '@lethe/telemetry';

/** "83.5 %". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** "83.3 to 84.7 %". */
export function shownPercents([low, high]: Interval): string {
  return `${(low * 100).toFixed(1)} to ${percent(high)}`;
}

/** "0.833 to 0.847"; empty where there is none. */
export function shownInterval(interval: Interval | null): string {
  return interval === null ? '' : interval.map((end) => end.toFixed(3)).join(' to ');
}

/** "0.835 ±0.004": the mean and the largest distance from it. */
export function spread(values: readonly number[]): string {
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  const most = values.reduce((furthest, value) => Math.max(furthest, Math.abs(value - middle)), 0);
  return values.length > 1 ? `${middle.toFixed(3)} ±${most.toFixed(3)}` : middle.toFixed(3);
}

/** "6 numbers per image; after 4296 rounds; 55,000 examples trained on, ...". */
export function shownCircumstances(
  { latent_size: size, rounds, examples }: { readonly latent_size: number; readonly rounds: number; readonly examples: UsedExamples },
  example: 'image' | 'example',
): string {
  return `${size} ${size === 1 ? 'number' : 'numbers'} per ${example}; after ${rounds} rounds; ${shownExamples(examples)}`;
}

/** "0.0123 (mean square; pixels are -1 to 1), PSNR 25.1 dB"; of numbers whose range is not known the first alone. */
export function shownError(meanSquare: number, examples: Pick<UsedExamples, 'values' | 'shape'>): string {
  if (!haveByteRange(examples)) return `${meanSquare.toFixed(4)} (mean square)`;
  const ratio = peakSignalToNoise(meanSquare, examples);
  const error = `${meanSquare.toFixed(4)} (mean square; pixels are -1 to 1)`;
  return ratio === null ? error : `${error}, PSNR ${ratio.toFixed(1)} dB`;
}

/** "55,000 examples trained on, 5,000 held out, 10,000 tested, read as 28 x 28 pixels in grey". */
export function shownExamples({ trained, held_out, tested, shape }: UsedExamples): string {
  const { height, width, channels } = shape;
  const colours = channels === 1 ? 'grey' : channels === 3 ? 'colour' : `${channels} channels`;
  const numbers = `${formatCount(channels)} ${channels === 1 ? 'number' : 'numbers'} each`;
  const read = height === 1 && width === 1 ? numbers : `${height} x ${width} pixels in ${colours}`;
  return `${formatCount(trained)} examples trained on, ${formatCount(held_out)} held out, ${formatCount(tested)} tested, read as ${read}`;
}

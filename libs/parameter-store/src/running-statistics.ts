import { flushSubnormal } from '@lethe/optim';
import type { FreshNetwork, StatisticsSegment } from '@lethe/protocol';

const { fround } = Math;

/**
 * The running statistics after one more batch, as PyTorch's batch normalisation keeps them: (1 - momentum) running +
 * momentum batch, the variance unbiased over all samples of the global batch. Those of networks that start afresh begin again. A new
 * vector: messages may still refer to the old one.
 *
 * @param segments those to advance; the others stay as they are
 * @param batch means and biased variances of the batch, in the layout of `running`.
 */
export function advanceRunningStatistics(
  running: Float32Array, batch: Float32Array, segments: readonly StatisticsSegment[],
  fresh: Iterable<Pick<FreshNetwork, 'statistics'>> = [],
): Float32Array {
  const advanced = running.slice();
  for (const { offset, channels, samples, momentum } of segments) {
    const weight = fround(momentum);
    const rest = fround(1 - momentum);
    const unbias = fround(samples > 1 ? samples / (samples - 1) : 1);
    for (let index = offset; index < offset + 2 * channels; index += 1) {
      const measured = index < offset + channels ? (batch[index] ?? 0) : fround((batch[index] ?? 0) * unbias);
      advanced[index] = flushSubnormal(fround(fround(rest * (running[index] ?? 0)) + fround(weight * measured)));
    }
  }
  for (const { statistics } of fresh) for (const { offset, values } of statistics) advanced.set(values, offset);
  return advanced;
}

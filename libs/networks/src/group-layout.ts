import type { GroupLayout, Segment, StatisticsSegment } from '@lethe/protocol';
import { BATCH_NORM_MOMENTUM } from './layers.js';
import type { NetworkSpec } from './network.js';

/**
 * Lays the tensors of a group's networks one after another into a flat vector, in the order they are declared.
 * `batchSize` is the global batch: the running variance is the unbiased one over all of it.
 */
export function groupLayout(name: string, networks: readonly NetworkSpec[], batchSize: number): GroupLayout {
  const segments: Segment[] = [];
  const statistics: StatisticsSegment[] = [];
  let length = 0;
  let statisticsLength = 0;
  for (const network of networks) {
    for (const tensor of network.tensors) {
      const elements = tensor.shape.reduce((product, size) => product * size, 1);
      segments.push({
        name: `${network.name}.${tensor.name}`,
        network: network.name,
        shape: tensor.shape,
        offset: length,
        length: elements,
      });
      length += elements;
    }
    for (const { name: normalisation, channels, samplesPerExample } of network.normalisations) {
      const samples = batchSize * samplesPerExample;
      statistics.push({
        name: `${network.name}.${normalisation}`,
        network: network.name,
        channels,
        offset: statisticsLength,
        samples,
        momentum: BATCH_NORM_MOMENTUM,
      });
      statisticsLength += 2 * channels;
    }
  }
  return { name, segments, length, statistics, statisticsLength };
}

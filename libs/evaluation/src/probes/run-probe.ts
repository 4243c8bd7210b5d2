import { BatchStream } from '@lethe/data';
import type { ProbeRequest } from '@lethe/protocol';
import type { Engine } from '@lethe/tensorflow';
import { boostedTrees } from '../trees/boosted-trees.js';
import { forest } from '../trees/forest.js';
import { neighbourProbe } from './neighbour-probe.js';
import { networkProbe } from './network-probe.js';
import { probeFigures, type FullProbeFigures } from './probe-figures.js';
import type { ProbeData, ProbeTraining } from './probe-data.js';

/** Must change whenever a probe of the same data would give other figures: what was kept of another version is not used. */
export const CONTROL_VERSION = 5;

/**
 * Trains a fresh probe on frozen vectors, as `standardise` makes them, and scores it on the test vectors (docs/measures.md). With shuffled
 * training labels it can learn nothing: its figures are the floor. A pure function of its arguments on engines of one fingerprint.
 */
export async function runProbe(
  engine: Engine,
  data: ProbeData,
  { probe, shuffledLabels, seed, balanced }: Pick<ProbeRequest, 'probe' | 'shuffledLabels' | 'seed' | 'balanced'>,
): Promise<FullProbeFigures> {
  const prepared = shuffledLabels ? withShuffledLabels(data, seed) : data;
  const logProbabilities = await predictions(engine, prepared, { probe, seed, balanced });
  const { test, classes } = prepared;
  return probeFigures(logProbabilities, test.labels.subarray(0, logProbabilities.length / classes), prepared);
}

function predictions(
  engine: Engine, data: ProbeData, { probe, ...training }: Pick<ProbeRequest, 'probe'> & ProbeTraining,
): Promise<Float32Array> {
  switch (probe) {
    case 'linear':
    case 'mlp':
    case 'deep':
      return networkProbe(engine, data, probe, training);
    case 'neighbours':
      return neighbourProbe(engine, data, training);
    case 'boosted-trees':
      return boostedTrees(data, training);
    case 'forest':
      return forest(data, training);
  }
}

function withShuffledLabels({ train, ...rest }: ProbeData, seed: number): ProbeData {
  const { labels } = train;
  // A pass of the batch stream is a seeded permutation. Its seed differs from the probe's own, which orders the batches.
  const order = new BatchStream({ training: Uint32Array.from(labels.keys()), batchSize: labels.length, seed: seed + 1 }).round(0);
  return { ...rest, train: { ...train, labels: Int32Array.from(order, (index) => labels[index] ?? 0) } };
}

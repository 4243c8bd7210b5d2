import { BatchStream } from '@lethe/data';
import { choose, type Vectors } from '../probes/probe-data.js';

/** Values of training vectors at most: 25 numbers of 60,000 examples, or the pixels of 1,900 images of 28 x 28. */
const MOST_VALUES = 1_500_000;

/** A share of the training vectors, drawn by the seed; fewer where they have more values than trees can be grown from in a minute. */
export function boundedVectors(vectors: Vectors, share: number, seed: number): Vectors {
  const examples = Math.max(1, Math.min(Math.floor(vectors.labels.length * share), Math.floor(MOST_VALUES / vectors.size)));
  const training = Uint32Array.from(vectors.labels.keys());
  const chosen = new BatchStream({ training, batchSize: examples, seed }).round(0);
  return { ...choose(vectors, chosen), labels: Int32Array.from(chosen, (index) => vectors.labels[index] ?? 0) };
}

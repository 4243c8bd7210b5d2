import { perceptron } from '@lethe/networks';
import type { Engine } from '@lethe/tensorflow';
import { fitNetwork, predictNetwork, type LabelledExamples } from '../fit-network.js';
import { choose, type ProbeData, type Vectors } from './probe-data.js';

/** Fixed in advance and the same for all latents: a probe that is tuned until it fails or succeeds proves nothing. */
const FIT = { epochs: 12, leastRounds: 1000, batchSize: 500 };
/** Learning rates. Without hidden layers the loss is convex and a large rate converges. */
const RATE = { linear: 2e-2, hidden: 2e-3 } as const;

/**
 * Trains a perceptron on the training vectors and predicts the labels of the test vectors.
 *
 * @returns log-probabilities, float32 [test examples, classes]
 */
export async function networkProbe(
  engine: Engine,
  { train, test, classes }: ProbeData,
  hidden: readonly number[],
  seed: number,
): Promise<Float32Array> {
  const network = perceptron({ name: 'probe', inputs: train.size, hidden, classes });
  const classification = { engine, network, classes };
  const parameters = await fitNetwork(classification, examplesOf(train), {
    ...FIT,
    learningRate: hidden.length === 0 ? RATE.linear : RATE.hidden,
    seed,
  });
  return predictNetwork(classification, parameters, examplesOf(test));
}

function examplesOf(vectors: Vectors): LabelledExamples {
  return { labels: vectors.labels, shape: [vectors.size], gather: (indices) => choose(vectors, indices).values };
}

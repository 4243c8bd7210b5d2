import { perceptron } from '@lethe/networks';
import type { Engine } from '@lethe/tensorflow';
import { fitNetwork, predictNetwork, type LabelledExamples } from '../fit-network.js';
import { choose, classWeights, type ProbeData, type ProbeTraining, type Vectors } from './probe-data.js';

/**
 * Hidden layers, and how they are trained: fixed in advance and the same for all latents, since a probe that is tuned until it fails or
 * succeeds proves nothing. Without hidden layers the loss is convex and a large rate converges.
 */
const NETWORKS = {
  linear: { hidden: [], fit: { learningRate: 2e-2, epochs: 12, leastRounds: 1000, batchSize: 500 } },
  mlp: { hidden: [256, 256], fit: { learningRate: 2e-3, epochs: 12, leastRounds: 1000, batchSize: 500 } },
  deep: { hidden: [512, 512, 512], fit: { learningRate: 1e-3, epochs: 18, leastRounds: 1000, batchSize: 500 } },
} as const;

/**
 * Trains a perceptron on the training vectors and predicts the labels of the test vectors.
 *
 * @returns log-probabilities, float32 [test examples, classes]
 */
export async function networkProbe(
  engine: Engine,
  { train, test, classes }: ProbeData,
  kind: keyof typeof NETWORKS,
  { seed, balanced }: ProbeTraining,
): Promise<Float32Array> {
  const { hidden, fit } = NETWORKS[kind];
  const network = perceptron({ name: 'probe', inputs: train.size, hidden, classes });
  const classification = { engine, network, classes };
  const parameters = await fitNetwork(classification, examplesOf(train), {
    ...fit, seed, classWeights: classWeights(train.labels, classes, balanced),
  });
  return predictNetwork(classification, parameters, examplesOf(test));
}

function examplesOf(vectors: Vectors): LabelledExamples {
  return { labels: vectors.labels, shape: [vectors.size], gather: (indices) => choose(vectors, indices).values };
}

import { BatchStream, oneHot } from '@lethe/data';
import { evaluationNetworks, groupLayout, initialValues, perceptron, type NetworkSpec } from '@lethe/networks';
import { createUpdateRule, learningRateFactor, type OptimizerBuffers } from '@lethe/optim';
import type { GroupLayout } from '@lethe/protocol';
import type { CompiledStep, Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { choose, type ProbeData, type Vectors } from './vectors.js';

/** Fixed in advance, for every latent alike: a probe that is tuned until it fails or succeeds proves nothing. */
const ADAM = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, schedule: { kind: 'cosine', warmupRounds: 0, finalFactor: 0 } } as const;
/** Without hidden layers the loss is convex and bears long steps. */
const RATE = { linear: 2e-2, hidden: 2e-3 } as const;
const EPOCHS = 12;
/** Small sets are passed more often, or nothing would be learned from them. */
const LEAST_ROUNDS = 1000;
const BATCH = 500;
const PREDICTED_AT_ONCE = 500;

interface Probe {
  readonly engine: Engine;
  readonly network: NetworkSpec;
  readonly layout: GroupLayout;
  readonly data: ProbeData;
}

/**
 * Trains a perceptron on the training vectors from a fresh start and says what it makes of the test vectors: its last state
 * counts, not its best. A pure function of its arguments.
 *
 * @returns log-probabilities, float32 [test examples, classes]
 */
export async function networkProbe(engine: Engine, data: ProbeData, hidden: readonly number[], seed: number): Promise<Float32Array> {
  const network = perceptron({ name: 'probe', inputs: data.train.size, hidden, classes: data.classes });
  const probe: Probe = { engine, network, layout: groupLayout('probe', [network], BATCH), data };
  return predict(probe, await fit(probe, hidden.length === 0 ? RATE.linear : RATE.hidden, seed));
}

async function fit({ engine, network, layout, data }: Probe, learningRate: number, seed: number): Promise<Float32Array> {
  const { train, classes } = data;
  const batchSize = Math.min(BATCH, train.labels.length);
  const rule = createUpdateRule({ ...ADAM, learningRate });
  const fresh = (values: Float32Array): OptimizerBuffers => ({ values, slots: Object.fromEntries(rule.slotNames.map((name) => [name, new Float32Array(layout.length)])) });
  let current = fresh(initialValues(layout, [network], seed));
  let next = fresh(new Float32Array(layout.length));
  let { initialScalars: scalars } = rule;
  const batches = new BatchStream({ training: Uint32Array.from(train.labels.keys()), batchSize, seed });
  const rounds = Math.max(LEAST_ROUNDS, EPOCHS * Math.floor(train.labels.length / batchSize));
  const step = await compileTraining({ engine, network, layout, data }, batchSize);
  try {
    for (let round = 0; round < rounds; round += 1) {
      const batch = choose(train, batches.round(round));
      const { gradient } = step.run({ parameters: current.values, vectors: batch.values, labels: oneHot(batch.labels, classes) });
      scalars = rule.advance(scalars);
      const rate = learningRate * learningRateFactor(ADAM.schedule, round, rounds);
      rule.update({ from: 0, to: layout.length, gradient, gradientScale: 1, current, next }, { rate, scalars });
      [current, next] = [next, current];
    }
  } finally {
    step.dispose();
  }
  return current.values;
}

async function predict({ engine, network, layout, data }: Probe, parameters: Float32Array): Promise<Float32Array> {
  const { test, classes } = data;
  const step = await engine.compile(`probe-predict-${test.size}`, (inputs) => ({
    logProbabilities: forward(engine, network, cut(engine, layout, inputs.parameters), inputs.vectors),
  }), { parameters: { type: 'float32', shape: [layout.length] }, vectors: { type: 'float32', shape: [PREDICTED_AT_ONCE, test.size] } });
  const result = new Float32Array(test.labels.length * classes);
  try {
    for (let first = 0; first < test.labels.length; first += PREDICTED_AT_ONCE) {
      const { logProbabilities } = step.run({ parameters, vectors: chunk(test, first) });
      result.set(logProbabilities.subarray(0, Math.min(logProbabilities.length, result.length - first * classes)), first * classes);
    }
  } finally {
    step.dispose();
  }
  return result;
}

/** So many vectors from `first` on; what is missing at the end is 0. */
function chunk({ values, size }: Vectors, first: number): Float32Array {
  const filled = new Float32Array(PREDICTED_AT_ONCE * size);
  filled.set(values.subarray(first * size, (first + PREDICTED_AT_ONCE) * size));
  return filled;
}

function compileTraining({ engine, network, layout, data }: Probe, batchSize: number): Promise<CompiledStep<'parameters' | 'vectors' | 'labels', 'gradient'>> {
  const { operations } = engine;
  return engine.compile(`probe-${data.train.size}`, ({ parameters, vectors, labels }) => {
    const { gradients } = operations.gradients((variables) => {
      const logProbabilities = forward(engine, network, variables, vectors);
      return { loss: operations.neg(operations.mean(operations.sum(operations.mul(logProbabilities, labels), [1]))) };
    }, cut(engine, layout, parameters));
    return { gradient: operations.pack(gradients) };
  }, {
    parameters: { type: 'float32', shape: [layout.length] },
    vectors: { type: 'float32', shape: [batchSize, data.train.size] },
    labels: { type: 'float32', shape: [batchSize, data.classes] },
  });
}

function cut({ operations }: Engine, layout: GroupLayout, parameters: Tensor): Tensor[] {
  return operations.unpack(parameters, layout.segments.map(({ shape }) => shape));
}

function forward({ operations }: Engine, network: NetworkSpec, variables: readonly Tensor[], vectors: Tensor): Tensor {
  const parameters = new Map(network.tensors.map(({ name }, index) => [`${network.name}.${name}`, variables[index] as Tensor]));
  return evaluationNetworks({ operations, networks: [network], parameters, statistics: new Map() }).apply(network.name, vectors);
}

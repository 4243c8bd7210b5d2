import { BatchStream, oneHot } from '@lethe/data';
import { evaluationNetworks, groupLayout, initialValues, type NetworkSpec } from '@lethe/networks';
import { createUpdateRule, learningRateFactor, type OptimizerBuffers } from '@lethe/optim';
import type { GroupLayout } from '@lethe/protocol';
import type { CompiledStep, Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** Examples to learn or to predict, gathered when they are needed. */
export interface LabelledExamples {
  readonly labels: Int32Array;
  /** Shape of one example. */
  readonly shape: readonly number[];
  /** Inputs [indices.length, ...shape]. */
  readonly gather: (indices: Uint32Array) => Float32Array;
}

export interface Classification {
  readonly engine: Engine;
  /** Inputs [examples, ...shape] -> log-probabilities [examples, classes]; without normalisations. */
  readonly network: NetworkSpec;
  readonly classes: number;
}

export interface Fit {
  readonly learningRate: number;
  /** Passes over the examples. */
  readonly epochs: number;
  /** Least number of batches: small sets are passed more often, or nothing would be learned from them. */
  readonly leastRounds: number;
  readonly batchSize: number;
  readonly seed: number;
  /** How much an example of each class weighs in the loss: [classes]. */
  readonly classWeights: Float64Array;
}

const ADAM = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
const SCHEDULE = { kind: 'cosine', warmupRounds: 0, finalFactor: 0, until: 1 } as const;
const PREDICTED_AT_ONCE = 500;

/**
 * Trains a classifier from a fresh start by Adam at a rate that falls along a cosine: its last state counts, not its best. A
 * pure function of its arguments.
 *
 * @returns its parameters, float32 [all tensors in their order]
 */
export async function fitNetwork(classification: Classification, examples: LabelledExamples, fit: Fit): Promise<Float32Array> {
  const { network, classes } = classification;
  const { labels, gather } = examples;
  const layout = layoutOf(network);
  const batchSize = Math.min(fit.batchSize, labels.length);
  const rule = createUpdateRule({ ...ADAM, learningRate: fit.learningRate, schedule: SCHEDULE });
  const values = initialValues(layout, [network], fit.seed);
  const state: OptimizerBuffers = {
    values,
    slots: Object.fromEntries(rule.slotNames.map((name) => [name, new Float32Array(layout.length)])),
  };
  let { initialScalars: scalars } = rule;
  const batches = new BatchStream({ training: Uint32Array.from(labels.keys()), batchSize, seed: fit.seed });
  const rounds = Math.max(fit.leastRounds, fit.epochs * Math.floor(labels.length / batchSize));
  const step = await compileTraining(classification, layout, [batchSize, ...examples.shape]);
  try {
    for (let round = 0; round < rounds; round += 1) {
      const indices = batches.round(round);
      const { gradient } = step.run({
        parameters: values,
        inputs: gather(indices),
        // Weighed in the column of the class: the loss is linear in it.
        labels: oneHot(Int32Array.from(indices, (index) => labels[index] ?? 0), classes).map((value, place) => (
          value * (fit.classWeights[place % classes] ?? 0)
        )),
      });
      scalars = rule.advance(scalars);
      const rate = fit.learningRate * learningRateFactor(SCHEDULE, round, rounds);
      rule.update({ from: 0, to: layout.length, gradient, gradientScale: 1, state }, { rate, scalars });
      await yieldToEventLoop();
    }
  } finally {
    step.dispose();
  }
  return values;
}

/** Log-probabilities, float32 [examples, classes], of examples under given parameters. */
export async function predictNetwork(
  classification: Classification,
  parameters: Float32Array,
  examples: LabelledExamples,
): Promise<Float32Array> {
  const { classes } = classification;
  const count = examples.labels.length;
  const step = await compilePrediction(classification, [PREDICTED_AT_ONCE, ...examples.shape]);
  const result = new Float32Array(count * classes);
  try {
    for (let first = 0; first < count; first += PREDICTED_AT_ONCE) {
      // The last chunk is filled up with its own first example: the graph's batch is constant.
      const indices = Uint32Array.from({ length: PREDICTED_AT_ONCE }, (_, index) => (first + index < count ? first + index : first));
      const { logProbabilities } = step.run({ parameters, inputs: examples.gather(indices) });
      await yieldToEventLoop();
      result.set(logProbabilities.subarray(0, Math.min(logProbabilities.length, result.length - first * classes)), first * classes);
    }
  } finally {
    step.dispose();
  }
  return result;
}

/** Inputs of `shape` [examples, ...] to log-probabilities, for parameters that are fed. */
export function compilePrediction(
  classification: Classification,
  shape: readonly number[],
): Promise<CompiledStep<'parameters' | 'inputs', 'logProbabilities'>> {
  const { engine, network } = classification;
  const layout = layoutOf(network);
  return engine.compile(`predict-${network.name}-${shape.join('x')}`, ({ parameters, inputs }) => ({
    logProbabilities: forward(classification, cut(engine, layout, parameters), inputs),
  }), { parameters: { type: 'float32', shape: [layout.length] }, inputs: { type: 'float32', shape: [...shape] } });
}

function compileTraining(
  classification: Classification,
  layout: GroupLayout,
  shape: readonly number[],
): Promise<CompiledStep<'parameters' | 'inputs' | 'labels', 'gradient'>> {
  const { engine, network, classes } = classification;
  const { operations } = engine;
  return engine.compile(`fit-${network.name}-${shape.join('x')}`, ({ parameters, inputs, labels }) => {
    const { gradients } = operations.gradients((variables) => {
      const logProbabilities = forward(classification, variables, inputs);
      return { loss: operations.neg(operations.mean(operations.sum(operations.mul(logProbabilities, labels), [1]))) };
    }, cut(engine, layout, parameters));
    return { gradient: operations.pack(gradients) };
  }, {
    parameters: { type: 'float32', shape: [layout.length] },
    inputs: { type: 'float32', shape: [...shape] },
    labels: { type: 'float32', shape: [shape[0] ?? 1, classes] },
  });
}

function layoutOf(network: NetworkSpec): GroupLayout {
  return groupLayout(network.name, [network], 1);
}

function cut({ operations }: Engine, layout: GroupLayout, parameters: Tensor): Tensor[] {
  return operations.unpack(parameters, layout.segments.map(({ shape }) => shape));
}

function forward({ engine: { operations }, network }: Classification, variables: readonly Tensor[], inputs: Tensor): Tensor {
  const parameters = new Map(network.tensors.map(({ name }, index) => [`${network.name}.${name}`, variables[index] as Tensor]));
  return evaluationNetworks({ operations, networks: [network], parameters, statistics: new Map() }).apply(network.name, inputs);
}

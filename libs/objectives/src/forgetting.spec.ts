import { readFileSync } from 'node:fs';
import { groupLayout, initialValues, trainingNetworks, type NetworkSpec } from '@lethe/networks';
import { loadEngine, type Engine, type InputValues, type Signature } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { forgettingObjective, type ForgettingOptions } from './forgetting.js';
import type { ForgottenAttribute, KeptAttribute } from './game-facts.js';
import type { PhaseLoss } from './objective.js';

type GroupLayout = ReturnType<typeof groupLayout>;

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

const EXAMPLES = 6;
const INCOME: KeptAttribute = { kind: 'category', name: 'income', categories: ['low', 'high'], missing: 0, isLabel: true };
const AGE: KeptAttribute = { kind: 'number', name: 'age', missing: 1, isLabel: false };
const SEX: ForgottenAttribute = {
  name: 'sex', of: ['sex'], categories: ['f', 'm'], counts: [1, 3], countsByLabel: [[1, 1], [0, 2]], missing: 2, isLabel: false,
};
const RACE: ForgottenAttribute = {
  name: 'race', of: ['race'], categories: ['a', 'b', 'c'], counts: [2, 2, 2], countsByLabel: [[2, 1, 0], [0, 1, 2]],
  missing: 0, isLabel: false,
};
const BOTH: ForgottenAttribute = {
  name: 'sex x race', of: ['sex', 'race'], categories: ['f a', 'm b', 'm c'], counts: [1, 1, 2], countsByLabel: [[1, 1, 0], [0, 0, 2]],
  missing: 2, isLabel: false,
};

const OPTIONS: ForgettingOptions = {
  height: 1, width: 1, channels: 3, classes: 2, kept: [INCOME], forgotten: [SEX], latentSize: 2,
  encoder: { kind: 'by-input', width: 5, depth: 2, mostMaps: 8, normalisation: 'batch', upsampling: 'transposed' },
  encoderDropout: 0, decoderDropout: 0, bottleneck: 'variational',
  head: { width: 4, depth: 1 },
  adversary: {
    kind: 'perceptron', width: 4, depth: 1, activation: 'relu', dropout: 0, standardise: true, spectralNorm: false, reads: 'mean',
    members: 1, freshEveryRounds: null,
  },
  independence: 'parity', jointly: true, balanced: false, rebuild: false, rebuildWeight: 1, weights: {},
  eraser: { couplings: 0, covariances: false, leastVariance: 0, width: 4, predictionWeight: 0.01, learnsWith: 'encoder' },
  hiding: 'up-to-chance', beta: 2, betaRampRounds: 4, divergenceWeight: 0.5, classifierTurns: 3,
  batchPer: 'round', frozenMode: 'training',
};

const oneHot = (classes: number, values: readonly (number | null)[]): Float32Array =>
  Float32Array.from(values.flatMap((value) => Array.from({ length: classes }, (_, index) => Number(index === value))));
const X = Float32Array.from({ length: EXAMPLES * 3 }, (_, index) => Math.sin(index * 1.3));
/** Values of the attributes by the names of a batch's. */
const VALUES: Readonly<Record<string, { readonly values: Float32Array; readonly size: number }>> = {
  labels: { values: oneHot(2, [0, 0, 0, 1, 1, 1]), size: 2 },
  sex: { values: oneHot(2, [0, 1, null, 1, 1, null]), size: 2 },
  race: { values: oneHot(3, [0, 0, 1, 1, 2, 2]), size: 3 },
  'sex x race': { values: oneHot(3, [0, 1, null, 2, 2, null]), size: 3 },
  age: { values: Float32Array.from([0.5, 1, -1, 1, 2, 1, -0.2, 1, 0, 0, 0.1, 1]), size: 2 },
};

function networksOf(options: ForgettingOptions): NetworkSpec[] {
  return forgettingObjective(options).groups.flatMap(({ networks }) => networks);
}

interface Step {
  readonly minimised: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** What a phase gives: a step on the six examples. */
async function play(
  options: ForgettingOptions, phaseName: string, changes: Readonly<Record<string, Float32Array>> = {},
  start: (layout: GroupLayout) => Float32Array = (layout) => initialValues(layout, networksOf(options), 3),
): Promise<Step> {
  const { operations } = engine;
  const objective = forgettingObjective(options);
  const phase = objective.phases.find(({ name }) => name === phaseName);
  if (phase === undefined) throw new TypeError(`there is no phase ${phaseName}`);
  const networks = networksOf(options);
  const layout = groupLayout('all', networks, EXAMPLES);
  const attributes = [
    ...options.kept.map(({ name }, place) => [`kept.${place}`, name] as const),
    ...options.forgotten.map(({ name }, place) => [`forgotten.${place}`, name] as const),
  ].filter(([, name]) => name !== 'income');
  const signature: Signature = {
    parameters: { type: 'float32', shape: [layout.length] },
    images: { type: 'float32', shape: [EXAMPLES, 1, 1, 3] },
    labels: { type: 'float32', shape: [EXAMPLES, 2] },
    beta: { type: 'float32', shape: [] },
    ...Object.fromEntries(attributes.map(([input, name]) => [input, { type: 'float32', shape: [EXAMPLES, VALUES[name]!.size] } as const])),
  };
  const tensors = engine.tf.memory().numTensors;
  const step = await engine.compile('forgetting', (inputs) => {
    const names = layout.segments.map(({ name }) => name);
    const seed = engine.tf.tensor1d([1, 2], 'int32');
    let found: PhaseLoss | undefined;
    const { loss, gradients, auxiliary } = operations.gradients((variables) => {
      found = phase.loss({
        operations,
        networks: trainingNetworks({
          operations, networks, parameters: new Map(names.map((name, index) => [name, variables[index] as Tensor])),
          seeds: { round: seed, step: seed }, recordMoments: () => undefined,
        }),
        batch: {
          images: inputs.images!, undistorted: inputs.images!, labels: inputs.labels!, domains: inputs.labels!,
          attributes: Object.fromEntries(attributes.map(([input]) => [input, inputs[input]!])),
        },
        scalars: { beta: inputs.beta!, divergence_weight: operations.constant([options.divergenceWeight], []) },
      });
      const reported = found.reported;
      return { loss: found.minimised, auxiliary: { reported: operations.pack(phase.losses.map((name) => reported[name]!)) } };
    }, operations.unpack(inputs.parameters!, layout.segments.map(({ shape }) => shape)));
    return { loss, gradient: operations.pack(gradients), reported: auxiliary.reported };
  }, signature);
  const values: Record<string, InputValues> = {
    parameters: start(layout), images: X, labels: VALUES['labels']!.values, beta: Float32Array.of(options.beta),
    ...Object.fromEntries(attributes.map(([input, name]) => [input, VALUES[name]!.values])), ...changes,
  };
  const { loss, gradient, reported } = step.run(values);
  step.dispose();
  expect(engine.tf.memory().numTensors).toBe(tensors);
  return {
    minimised: loss[0]!,
    losses: Object.fromEntries(phase.losses.map((name, index) => [name, reported[index]!])),
    gradients: Object.fromEntries(layout.segments.map(({ name, offset, length }) => [name, gradient.slice(offset, offset + length)])),
  };
}

const names = (step: Step, moved: boolean): string[] => [...new Set(
  Object.entries(step.gradients).filter(([, values]) => values.some((value) => value !== 0) === moved).map(([name]) => name.split('.')[0]!),
)].sort();

interface GoldenPhase {
  readonly minimised: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly gradients: Readonly<Record<string, { readonly l2: number; readonly first: readonly number[] }>>;
}

/** One round computed with PyTorch, and the tensors in the order by which their values start. */
const golden = JSON.parse(readFileSync(new URL('../golden/keep_and_forget.json', import.meta.url), 'utf8')) as {
  readonly tensors: readonly string[];
} & Readonly<Record<'classifier' | 'autoencoder', GoldenPhase>>;

/** Where the golden round starts: scales at 1, shifts at 0, all else at sines. */
function goldenParameters({ segments, length }: GroupLayout): Float32Array {
  const values = new Float32Array(length);
  for (const { name, shape, offset, length: size } of segments) {
    const isScale = /norm\d*\.weight$/.test(name);
    const isShift = /norm\d*\.bias$/.test(name);
    const weight = segments.find((segment) => segment.name === name.replace(/bias$/, 'weight'));
    const [fanIn = 1] = weight?.shape ?? shape;
    const start = golden.tensors.indexOf(name) + 1;
    for (let index = 0; index < size; index += 1) {
      values[offset + index] = isScale ? 1 : isShift ? 0 : Math.sin(0.7 * index + start) / Math.sqrt(fanIn);
    }
  }
  return values;
}

describe('keeping and forgetting', { timeout: 60_000 }, () => {
  it('trains heads and the encoder together, and leaves the adversary alone meanwhile', async () => {
    const step = await play(OPTIONS, 'autoencoder');
    expect(step.losses['kept_loss']).toBeCloseTo(Math.log(2), 0);
    expect(Object.keys(step.losses)).toEqual(['kept_loss', 'encoder_classifier_loss']);
    expect(names(step, true)).toEqual(expect.arrayContaining(['encoder', 'head']));
    const { phases, groups } = forgettingObjective(OPTIONS);
    expect(phases.map(({ name, trains, innerSteps }) => [name, trains, innerSteps])).toEqual([
      ['classifier', 'classifier', 3], ['autoencoder', 'autoencoder', 1],
    ]);
    expect(groups.map(({ networks }) => networks.map(({ name }) => name))).toEqual([['classifier'], ['encoder', 'bottleneck', 'head']]);
  });

  it('counts examples without a value of what is forgotten for the rest alone', async () => {
    expect((await play(OPTIONS, 'classifier')).losses['classifier_loss']).toBeGreaterThan(0.3);
    const none = await play(OPTIONS, 'classifier', { 'forgotten.0': new Float32Array(12) });
    expect(none.losses['classifier_loss']).toBe(0);
  });

  it('pushes no further than to chance, which the shares of the attribute say', async () => {
    const nats = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
    const { minimised, losses } = await play(OPTIONS, 'autoencoder');
    const { minimised: without } = await play({ ...OPTIONS, beta: 0 }, 'autoencoder');
    expect(minimised - without).toBeCloseTo(2 * Math.max(0, nats - losses['encoder_classifier_loss']!), 4);
    const heavy = await play({ ...OPTIONS, weights: { sex: 3, income: 2 } }, 'autoencoder');
    const difference = heavy.minimised - minimised;
    expect(difference).toBeCloseTo(2 * (minimised - without) + (heavy.losses['kept_loss']! - losses['kept_loss']!), 4);
    expect(heavy.losses['kept_loss']).toBeCloseTo(2 * losses['kept_loss']!, 5);
  });

  it('weighs rare values as much as frequent ones where asked', async () => {
    const balanced = await play({ ...OPTIONS, balanced: true }, 'autoencoder');
    const { minimised: without } = await play({ ...OPTIONS, balanced: true, beta: 0 }, 'autoencoder');
    expect(balanced.minimised - without).toBeCloseTo(2 * Math.max(0, Math.log(2) - balanced.losses['encoder_classifier_loss']!), 4);
    const plain = await play(OPTIONS, 'autoencoder');
    expect(balanced.losses['encoder_classifier_loss']).not.toBeCloseTo(plain.losses['encoder_classifier_loss']!, 4);
  });

  it('lets the adversaries read the kept label under odds, given which chance is less', async () => {
    const odds = await play({ ...OPTIONS, independence: 'odds' }, 'autoencoder');
    expect(odds.gradients['classifier.linear1.weight']).toHaveLength((2 + 2) * 4);
    const { minimised: without } = await play({ ...OPTIONS, independence: 'odds', beta: 0 }, 'autoencoder');
    // Of the four examples with a sex, two are low, one of each sex: ln 2 nats. The two high ones are men: none.
    expect(odds.minimised - without).toBeCloseTo(2 * Math.max(0, Math.log(2) / 2 - odds.losses['encoder_classifier_loss']!), 4);
    const balanced = await play({ ...OPTIONS, independence: 'odds', balanced: true }, 'autoencoder');
    expect(balanced.losses['encoder_classifier_loss']).toBeGreaterThan(0);
    // Where half as many are high, each of them weighs twice as much: the two low ones are a third of what counts.
    const rare = { ...OPTIONS, independence: 'odds' as const, balanced: true, forgotten: [{ ...SEX, countsByLabel: [[1, 1], [0, 1]] }] };
    const { minimised, losses } = await play(rare, 'autoencoder');
    const { minimised: kept } = await play({ ...rare, beta: 0 }, 'autoencoder');
    expect(minimised - kept).toBeCloseTo(2 * Math.max(0, Math.log(2) / 3 - losses['encoder_classifier_loss']!), 4);
    expect(losses['encoder_classifier_loss']).not.toBeCloseTo(balanced.losses['encoder_classifier_loss']!, 4);
  });

  it('forgets the combination of several attributes, or each by itself', () => {
    const options = { ...OPTIONS, forgotten: [SEX, RACE, BOTH] };
    const classifiers = (given: ForgettingOptions): [string, unknown][] => networksOf(given)
      .filter(({ name }) => name.startsWith('classifier'))
      .map(({ name, tensors }) => [name, tensors.find((tensor) => tensor.name === 'linear2.weight')?.shape]);
    // A row without a sex has no combination, and its race is forgotten by itself.
    expect(classifiers(options)).toEqual([['classifier', [4, 3]], ['classifier-2', [4, 3]]]);
    const known = [{ ...SEX, missing: 0 }, RACE, { ...BOTH, missing: 0 }];
    expect(classifiers({ ...options, forgotten: known })).toEqual([['classifier', [4, 3]]]);
    const separate = { ...options, jointly: false, adversary: { ...OPTIONS.adversary, members: 2, freshEveryRounds: 10 } };
    expect(classifiers(separate)).toEqual([
      ['classifier', [4, 2]], ['classifier-2', [4, 2]], ['classifier-3', [4, 3]], ['classifier-4', [4, 3]],
    ]);
    const { freshStarts } = forgettingObjective(separate);
    expect([10, 20, 25].map((round) => freshStarts.filter(({ begins }) => begins(round)).map(({ network }) => network))).toEqual([
      ['classifier-2', 'classifier-4'], ['classifier', 'classifier-3'], [],
    ]);
  });

  it('keeps numbers by their likelihood, and rebuilds a row from its latent and what was forgotten', async () => {
    const options = { ...OPTIONS, kept: [INCOME, AGE], forgotten: [SEX, RACE, BOTH], rebuild: true, rebuildWeight: 0.1 };
    const step = await play(options, 'autoencoder');
    expect(Object.keys(step.losses)).toEqual(['reconstruction_mse', 'kept_loss', 'encoder_classifier_loss']);
    expect(step.gradients['head-2.linear2.weight']).toHaveLength(4 * 2);
    // Two of sex and three of race; the combination says nothing new.
    expect(step.gradients['decoder.linear1.weight']).toHaveLength((2 + 5) * 5);
    const unknown = VALUES['age']!.values.slice();
    unknown[8] = 7;
    const same = await play(options, 'autoencoder', { 'kept.1': unknown });
    expect(same.losses['kept_loss']).toBe(step.losses['kept_loss']);
    unknown[0] = 7;
    expect((await play(options, 'autoencoder', { 'kept.1': unknown })).losses['kept_loss']).toBeGreaterThan(step.losses['kept_loss']!);
  });

  it.each(['classifier', 'autoencoder'] as const)('plays the phase %s as PyTorch does', async (phase) => {
    const options: ForgettingOptions = {
      ...OPTIONS, kept: [INCOME, AGE], forgotten: [SEX, RACE, BOTH], jointly: false, balanced: true, independence: 'odds',
      rebuild: true, rebuildWeight: 0.1, weights: { sex: 3, income: 2 }, bottleneck: 'article',
    };
    const { minimised, losses, gradients } = await play(options, phase, {}, goldenParameters);
    expect(minimised).toBeCloseTo(golden[phase].minimised, 5);
    for (const [name, loss] of Object.entries(golden[phase].losses)) expect(losses[name], name).toBeCloseTo(loss, 5);
    for (const [name, { l2, first }] of Object.entries(golden[phase].gradients)) {
      const found = gradients[name] ?? new Float32Array(0);
      expect(Math.hypot(...found), name).toBeCloseTo(l2, 4);
      for (const [index, value] of first.entries()) expect(found[index], `${name} ${index}`).toBeCloseTo(value, 4);
    }
  });

  it('names what it measures, and draws and predicts where it can', () => {
    const kept = forgettingObjective(OPTIONS);
    expect([kept.figures, kept.redraw, kept.predict === null]).toEqual([
      ['kept_loss', 'kept_score', 'classifier_loss', 'classifier_accuracy'], null, false,
    ]);
    expect(forgettingObjective({ ...OPTIONS, rebuild: true }).redraw).toBe(null);
    const rebuilt = forgettingObjective({ ...OPTIONS, kept: [], forgotten: [{ ...SEX, isLabel: true }], rebuild: true });
    expect([rebuilt.figures, rebuilt.redraw === null, rebuilt.predict]).toEqual([
      ['reconstruction_mse', 'classifier_loss', 'classifier_accuracy'], false, null,
    ]);
    expect([0, 1, 4, 9].map((round) => kept.scalars(round)['beta'])).toEqual([0, 0.5, 2, 2]);
  });
});

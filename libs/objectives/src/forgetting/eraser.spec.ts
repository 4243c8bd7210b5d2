import { evaluationNetworks, groupLayout, initialValues } from '@lethe/networks';
import { loadEngine, type CompiledStep, type Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LossContext } from '../objective.js';
import { Eraser } from './eraser.js';

const [SIZE, CLASSES, EXAMPLES] = [2, 2, 240];
const LABEL = {
  name: 'label', of: ['label'], categories: ['bow', 'ball'], counts: [120, 120], countsByLabel: [[120, 0], [0, 120]],
  missing: 0, isLabel: true,
};
const SETTINGS = { couplings: 4, covariances: false, leastVariance: 0, width: 16, predictionWeight: 0.5, latentSize: SIZE };
const flow = new Eraser({ ...SETTINGS, erased: { attribute: LABEL, place: 0 } });
/** Three quarters of the training examples are bows. */
const whitening = new Eraser({
  ...SETTINGS, couplings: 0, covariances: true, erased: { attribute: { ...LABEL, counts: [3e6, 1e6] }, place: 0 },
});
const shape = [EXAMPLES, SIZE];

/** Numbers between 0 and 1 that look random, the same every time. */
const scattered = (index: number, factor: number): number => (Math.abs(Math.sin((index + 1) * factor)) * 1e4) % 1;
/** A standard normal number of two such. */
const normal = (index: number, factor: number): number =>
  Math.sqrt(-2 * Math.log(scattered(index, factor) + 1e-9)) * Math.cos(2 * Math.PI * scattered(index, factor + 1));
const classes = Array.from({ length: EXAMPLES }, (_, example) => example % CLASSES);
/** The first class is bent into a bow, the second is small, round and to the side. */
const latents = Float32Array.from(classes.flatMap((label, example) => {
  const [x, y] = [normal(example, 12.9898), normal(example, 78.233)];
  return label === 0 ? [x, 0.3 * y + x * x - 1] : [0.3 * x + 0.8, 0.3 * y - 0.8];
}));
const oneHot = (labels: readonly number[]): Float32Array =>
  Float32Array.from(labels.flatMap((label) => Array.from({ length: CLASSES }, (_, index) => +(index === label))));
const logits = Float32Array.from(classes.flatMap((label) => (label === 0 ? [1, -1] : [-0.5, 2])));

interface Compiled {
  readonly start: Float32Array;
  readonly layout: ReturnType<typeof groupLayout>;
  readonly learning: CompiledStep<string, 'loss' | 'parameters' | 'latents' | 'logits'>;
  readonly mapping: CompiledStep<string, 'erased' | 'restored'>;
}
let ofFlow: Compiled;
let ofWhitening: Compiled;

async function compile(engine: Engine, eraser: Eraser): Promise<Compiled> {
  const { operations } = engine;
  const layout = groupLayout('eraser', [eraser.network], EXAMPLES);
  const bound = (tensors: readonly Tensor[], labels: Tensor): LossContext => {
    const parameters = new Map(layout.segments.map(({ name }, index) => [name, tensors[index]!]));
    const networks = evaluationNetworks({ operations, networks: [eraser.network], parameters, statistics: new Map() });
    return { operations, networks, batch: { images: labels, undistorted: labels, labels, domains: labels, attributes: {} }, scalars: {} };
  };
  const unpacked = (flat: Tensor): Tensor[] => operations.unpack(flat, layout.segments.map(({ shape: extents }) => extents));
  const signature = {
    parameters: { type: 'float32', shape: [layout.length] },
    latents: { type: 'float32', shape },
    logits: { type: 'float32', shape: [EXAMPLES, CLASSES] },
    labels: { type: 'float32', shape: [EXAMPLES, CLASSES] },
  } as const;
  const learning = await engine.compile('learning', (inputs) => {
    const { loss, gradients: [byLatents, byLogits, ...byParameters] } = operations.gradients(
      ([read, predicted, ...tensors]) => {
        const context = bound(tensors, inputs.labels);
        return { loss: operations.add(eraser.loss(context, read!), eraser.predictionLoss(context, predicted!)) };
      },
      [inputs.latents, inputs.logits, ...unpacked(inputs.parameters)],
    );
    return { loss, latents: byLatents!, logits: byLogits!, parameters: operations.pack(byParameters) };
  }, signature);
  const mapping = await engine.compile('mapping', (inputs) => {
    const context = bound(unpacked(inputs.parameters), inputs.labels);
    const erased = eraser.erase(context, inputs.latents, inputs.logits);
    return { erased, restored: eraser.restore(context, erased) };
  }, signature);
  return { start: initialValues(layout, [eraser.network], 5), layout, learning, mapping };
}

beforeAll(async () => {
  const engine = await loadEngine({ prefer: 'native' });
  ofFlow = await compile(engine, flow);
  ofWhitening = await compile(engine, whitening);
});

afterAll(() => {
  for (const { learning, mapping } of [ofFlow, ofWhitening]) for (const step of [learning, mapping]) step.dispose();
});

/** Share of the examples whose nearest other example is of their class. */
function readByNeighbour(vectors: Float32Array): number {
  const squared = (a: number, b: number): number =>
    (vectors[2 * a]! - vectors[2 * b]!) ** 2 + (vectors[2 * a + 1]! - vectors[2 * b + 1]!) ** 2;
  const nearest = classes.map((_, example) => classes.reduce((best, _other, other) =>
    (other !== example && (best === -1 || squared(example, other) < squared(example, best)) ? other : best), -1));
  return nearest.filter((other, example) => classes[other] === classes[example]).length / EXAMPLES;
}

describe('an eraser', () => {
  const given = { latents, logits, labels: oneHot(classes) };

  it('learns to take the class out of latents, by the encoder\'s own prediction, and to put it back', () => {
    expect(readByNeighbour(latents)).toBeGreaterThan(0.75);
    const { start, layout, learning, mapping } = ofFlow;
    const [parameters, velocity] = [start.slice(), new Float32Array(layout.length)];
    const losses = Array.from({ length: 400 }, () => {
      const { loss, parameters: gradient } = learning.run({ ...given, parameters });
      for (const [index, value] of gradient.entries()) {
        velocity[index] = 0.9 * velocity[index]! + value;
        parameters[index]! -= 0.01 * velocity[index];
      }
      return loss[0]!;
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.5);
    const { erased, restored } = mapping.run({ ...given, parameters });
    expect(readByNeighbour(erased)).toBeLessThan(0.6);
    expect(Math.max(...latents.map((value, index) => Math.abs(value - restored[index]!)))).toBeLessThan(1e-3);
    // Latents that leave the encoder must not depend on labels: nobody has them then.
    const others = mapping.run({ ...given, parameters, labels: oneHot(classes.map((label) => 1 - label)) });
    expect(others.erased).toEqual(erased);
    expect(others.restored).not.toEqual(restored);
  });

  it('has no part in the game: only its own parameters and the encoder\'s prediction learn from it', () => {
    const found = ofFlow.learning.run({ ...given, parameters: ofFlow.start });
    expect(found.latents.every((value) => value === 0)).toBe(true);
    // Cross-entropy of (1, -1) for the first class: p = 1 / (1 + e^2) of the second. Half its weight, the mean over 240 examples.
    expect(found.logits[1]).toBeCloseTo(0.5 / EXAMPLES / (1 + Math.exp(2)), 6);
    expect(found.parameters.some((value) => value !== 0)).toBe(true);
  });

  it('follows the means of a rare class as fast as those of a frequent one, and in no step farther than its rate', () => {
    const { start, learning } = ofWhitening;
    // Bows are three quarters of those that count here, too: of the balls, every third one does.
    const labels = oneHot(classes).map((value, index) => (classes[index >> 1] === 1 && (index >> 1) % 3 > 0 ? 0 : value));
    const meanOf = (category: number, place: number): number => {
      const members = classes.flatMap((_, example) => (labels[2 * example + category] === 1 ? [latents[2 * example + place]!] : []));
      return members.reduce((sum, value) => sum + value, 0) / members.length;
    };
    const { parameters } = learning.run({ ...given, labels, parameters: start });
    // One in two of the 240 examples is a bow of weight 4/3, one in six is a ball of weight 4: both are moved by 2/3.
    for (const place of [0, 1]) {
      expect(parameters[place]).toBeCloseTo(-meanOf(0, place) * 2 / 3, 4);
      expect(parameters[2 + place]).toBeCloseTo(-meanOf(1, place) * 2 / 3, 4);
    }
    // As many balls as bows: each weighs 2, not 4.
    const balanced = learning.run({ ...given, parameters: start }).parameters;
    for (const place of [0, 1]) {
      const balls = latents.filter((_, index) => index % 4 === 2 + place);
      expect(balanced[2 + place]).toBeCloseTo(-balls.reduce((sum, value) => sum + value, 0) / balls.length, 4);
    }
  });
});

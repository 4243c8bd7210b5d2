import { groupLayout, initialValues, trainingNetworks } from '@lethe/networks';
import { loadEngine, type Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { domainAdaptationObjective, type DomainAdaptationOptions } from './domain-adaptation.js';

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

const OPTIONS: DomainAdaptationOptions = {
  height: 1, width: 1, channels: 3, classes: 2, domains: ['a', 'b', 'c'],
  features: { kind: 'table', width: 4, depth: 1, dropout: 0, normaliseImages: false, statistics: 'shared' },
  alignment: { weight: 1, steepness: 10, conditional: false },
  unlabelled: { entropyWeight: 0, confusionWeight: 0, confusionTemperature: 2, pseudoLabelWeight: 0, pseudoLabelThreshold: 0.9 },
  adapts: true, totalRounds: 11,
};
const x = Float32Array.from({ length: 6 * 3 }, (_, index) => Math.sin(index * 1.3));
/** Two examples of each domain; the last domain has no labels. */
const domains = Float32Array.from([1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]);
const labels = Float32Array.from([1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0]);

interface Step {
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly losses: Readonly<Record<string, number>>;
}

/** Gradients by tensor and reported losses of the only phase. */
async function play(options: DomainAdaptationOptions, reversal: number, given = labels, undistorted = x): Promise<Step> {
  const { operations } = engine;
  const objective = domainAdaptationObjective(options);
  const [group] = objective.groups;
  const [phase] = objective.phases;
  if (group === undefined || phase === undefined) throw new TypeError('there is one of each');
  const layout = groupLayout(group.name, group.networks, 6);
  const tensors = engine.tf.memory().numTensors;
  const step = await engine.compile(
    'adaptation',
    (inputs) => {
      const names = layout.segments.map(({ name }) => name);
      const seed = engine.tf.tensor1d([1, 2], 'int32');
      const { gradients, auxiliary } = operations.gradients(
        (variables) => {
          const { minimised, reported } = phase.loss({
            operations,
            networks: trainingNetworks({
              operations,
              networks: group.networks,
              parameters: new Map(names.map((name, index) => [name, variables[index] as Tensor])),
              seeds: { round: seed, step: seed },
              recordMoments: () => undefined,
            }),
            batch: {
              images: inputs.images, undistorted: inputs.undistorted, labels: inputs.labels, domains: inputs.domains, attributes: {},
            },
            scalars: { reversal: inputs.reversal, unlabelled: inputs.unlabelled },
          });
          return { loss: minimised, auxiliary: { reported: operations.pack(phase.losses.map((name) => reported[name] as Tensor)) } };
        },
        operations.unpack(
          inputs.parameters,
          layout.segments.map(({ shape }) => shape),
        ),
      );
      return { gradient: operations.pack(gradients), reported: auxiliary.reported };
    },
    {
      parameters: { type: 'float32', shape: [layout.length] },
      images: { type: 'float32', shape: [6, 1, 1, 3] },
      undistorted: { type: 'float32', shape: [6, 1, 1, 3] },
      labels: { type: 'float32', shape: [6, 2] },
      domains: { type: 'float32', shape: [6, 3] },
      reversal: { type: 'float32', shape: [] },
      unlabelled: { type: 'float32', shape: [] },
    },
  );
  const { gradient, reported } = step.run({
    parameters: initialValues(layout, group.networks, 3),
    images: x,
    undistorted,
    labels: given,
    domains,
    reversal: Float32Array.of(reversal),
    unlabelled: Float32Array.of(1),
  });
  step.dispose();
  expect(engine.tf.memory().numTensors).toBe(tensors);
  return {
    gradients: Object.fromEntries(layout.segments.map(({ name, offset, length }) => [name, gradient.slice(offset, offset + length)])),
    losses: Object.fromEntries(phase.losses.map((name, index) => [name, reported[index] ?? Number.NaN])),
  };
}

function close(found: Float32Array | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(found?.[index]).toBeCloseTo(value, 5);
}

describe('domain adaptation', () => {
  it('reverses the domain gradient on its way into the features, and there alone', async () => {
    // A factor of -1 reverses nothing: the plain gradient of both losses. With 0 the features learn the label alone.
    const [plain, labelOnly, reversed] = [await play(OPTIONS, -1), await play(OPTIONS, 0), await play(OPTIONS, 0.7)];
    for (const name of Object.keys(plain.gradients)) {
      const [both = [], label = []] = [plain.gradients[name], labelOnly.gradients[name]];
      const isFeature = name.startsWith('featureExtractor.');
      // The domain head always learns at full strength.
      close(
        reversed.gradients[name],
        [...both].map((value, index) => (isFeature ? (label[index] ?? 0) - 0.7 * (value - (label[index] ?? 0)) : value)),
      );
    }
    expect(plain.gradients['domainClassifier.linear1.weight']?.some((value) => value !== 0)).toBe(true);
  });

  it('learns labels where there are any, and domains everywhere', async () => {
    const { losses } = await play(OPTIONS, 0.5);
    const swapped = await play(OPTIONS, 0.5, Float32Array.from([1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1]));
    expect(swapped.losses['domain_loss']).toBe(losses['domain_loss']);
    expect(swapped.losses['label_loss']).not.toBe(losses['label_loss']);
    const none = await play(OPTIONS, 0.5, new Float32Array(12));
    expect(none.losses['label_loss']).toBe(0);
    expect(losses['domain_loss']).toBeCloseTo(Math.log(3), 0);
  });

  it('can read features times predicted classes', async () => {
    const { gradients } = await play({ ...OPTIONS, alignment: { ...OPTIONS.alignment, conditional: true } }, 1);
    expect(gradients['domainClassifier.linear1.weight']).toHaveLength(4 * 2 * 4);
  });

  it('adds terms of predictions without a label only where they have a weight', async () => {
    const plain = await play(OPTIONS, 0);
    const asked = await play({ ...OPTIONS, unlabelled: { ...OPTIONS.unlabelled, entropyWeight: 0.5 } }, 0);
    expect(asked.gradients['labelPredictor.linear1.weight']).not.toEqual(plain.gradients['labelPredictor.linear1.weight']);
    expect(asked.losses).toEqual(plain.losses);
  });

  it('lets what it makes of the undistorted examples teach it, where it is sure of that', async () => {
    const self = { ...OPTIONS, unlabelled: { ...OPTIONS.unlabelled, pseudoLabelWeight: 1, pseudoLabelThreshold: 0.5 } };
    const head = async (options: DomainAdaptationOptions, undistorted: typeof x): Promise<Float32Array | undefined> =>
      (await play(options, 0, labels, undistorted)).gradients['labelPredictor.linear1.weight'];
    const others = x.map((value, index) => 50 * Math.cos(index * value));
    expect(await head(self, x)).not.toEqual(await head(OPTIONS, x));
    expect(await head(self, others)).not.toEqual(await head(self, x));
    const never = { ...self, unlabelled: { ...self.unlabelled, pseudoLabelThreshold: 1 } };
    close(await head(never, others), [...await head(OPTIONS, others) ?? []]);
  });

  it('leaves the domains alone where labels are all that is learnt', async () => {
    const { losses, gradients } = await play({ ...OPTIONS, adapts: false }, 1);
    expect(Object.keys(losses)).toEqual(['label_loss']);
    expect(Object.keys(gradients).filter((name) => name.startsWith('domainClassifier'))).toEqual([]);
  });

  it('reverses by more and more with the progress of the run, as the paper has it', () => {
    const { scalars } = domainAdaptationObjective({ ...OPTIONS, alignment: { ...OPTIONS.alignment, weight: 0.5 } });
    expect(scalars(0)).toEqual({ reversal: 0, unlabelled: 0 });
    expect(scalars(1)['reversal']).toBeCloseTo(0.5 * 0.462117, 6);
    expect(scalars(5)['reversal']).toBeCloseTo(0.5 * 0.986614, 6);
    expect(scalars(10)['unlabelled']).toBeCloseTo(0.999909, 6);
    expect(scalars(100)['unlabelled']).toBeCloseTo(0.999909, 6);
    const flatter = domainAdaptationObjective({ ...OPTIONS, alignment: { ...OPTIONS.alignment, steepness: 2 } });
    expect(flatter.scalars(5)['reversal']).toBeCloseTo(0.462117, 6);
  });

  it('has batch statistics of each domain where asked, once there are several to adapt', () => {
    const features = { kind: 'small', width: 4, depth: 1, dropout: 0, normaliseImages: false, statistics: 'per-domain' } as const;
    const norms = (options: Partial<DomainAdaptationOptions>): string[] =>
      domainAdaptationObjective({ ...OPTIONS, height: 4, width: 4, features, ...options }).groups[0]?.networks[0]?.normalisations.map(
        ({ name }) => name,
      ) ?? [];
    expect(norms({})).toEqual(['norm1@a', 'norm1@b', 'norm1@c', 'linear-norm1@a', 'linear-norm1@b', 'linear-norm1@c']);
    expect(norms({ adapts: false })).toEqual(['norm1', 'linear-norm1']);
  });
});

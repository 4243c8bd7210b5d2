import { loadEngine, type Engine } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluationNetworks, trainingNetworks, type Moments } from './bound-networks.js';
import { featureExtractor, type FeatureExtractorOptions } from './feature-extractor.js';
import { groupLayout } from './group-layout.js';
import { initialValues } from './initial-values.js';

let engine: Engine;
beforeAll(async () => { engine = await loadEngine({ prefer: 'native' }); });

const OPTIONS: FeatureExtractorOptions = {
  height: 8,
  width: 8,
  channels: 1,
  stages: [{ maps: 3, size: 3, pool: { size: 2, stride: 2 }, dropout: 0 }],
  dense: [5],
  denseDropout: 0,
  batchNorm: true,
  normaliseImages: false,
  domains: null,
};
/** Eight images: four as they are and four three times as bright. */
const images = Float32Array.from({ length: 8 * 64 }, (_, index) => Math.sin(index * 0.9) * (index < 4 * 64 ? 1 : 3));
/** One-hot: four of the first domain, four of the second. */
const origins = Float32Array.from({ length: 16 }, (_, index) => (Math.floor(index / 2) < 4) === (index % 2 === 0) ? 1 : 0);

/** Features [8, size] in training or by given statistics, and the moments that training measured. */
async function extract(
  options: FeatureExtractorOptions,
  statistics: ReadonlyMap<string, readonly [number[], number[]]> | null,
  manner: 'apply' | 'applyDeterministic' = 'apply',
): Promise<{ features: Float32Array; size: number; moments: Record<string, Float32Array> }> {
  const { operations } = engine;
  const tensors = engine.tf.memory().numTensors;
  const { network, size } = featureExtractor(options);
  const layout = groupLayout('g', [network], 8);
  const step = await engine.compile(
    'features',
    ({ parameters, x, domains }) => {
      const pieces = operations.unpack(
        parameters,
        layout.segments.map(({ shape }) => shape),
      );
      const named = new Map(layout.segments.map(({ name }, index) => [name, pieces[index] as Tensor]));
      const moments: Record<string, Moments> = {};
      const seed = engine.tf.tensor1d([1, 2], 'int32');
      const bound =
        statistics === null
          ? trainingNetworks({
              operations,
              networks: [network],
              parameters: named,
              seeds: { round: seed, step: seed },
              recordMoments: (name, found) => {
                moments[name] = found;
              },
            })
          : evaluationNetworks({
              operations,
              networks: [network],
              parameters: named,
              statistics: new Map(
                [...statistics].map(([name, [mean, variance]]) => [
                  name,
                  { mean: operations.constant(mean, [mean.length]), variance: operations.constant(variance, [variance.length]) },
                ]),
              ),
            });
      const features = bound[manner]('featureExtractor', x, domains);
      return {
        features,
        ...Object.fromEntries(Object.entries(moments).map(([name, { mean, variance }]) => [name, operations.concat([mean, variance], 0)])),
      };
    },
    {
      parameters: { type: 'float32', shape: [layout.length] },
      x: { type: 'float32', shape: [8, 8, 8, 1] },
      domains: { type: 'float32', shape: [8, 2] },
    },
  );
  const { features = new Float32Array(0), ...moments } = step.run({
    parameters: initialValues(layout, [network], 1),
    x: images,
    domains: origins,
  }) as Record<string, Float32Array>;
  step.dispose();
  expect(engine.tf.memory().numTensors).toBe(tensors);
  return { features, size, moments };
}

/** What training measured, as statistics for evaluation. */
function asStatistics(moments: Readonly<Record<string, Float32Array>>): Map<string, readonly [number[], number[]]> {
  return new Map(
    Object.entries(moments).map(([name, both]) => [name, [[...both.slice(0, both.length / 2)], [...both.slice(both.length / 2)]]]),
  );
}

describe('featureExtractor', () => {
  it('knows its size and its tensors without being run', () => {
    const { network, size } = featureExtractor({ ...OPTIONS, dense: [] });
    expect(size).toBe(4 * 4 * 3);
    expect(network.tensors.map(({ name, shape }) => `${name} ${shape.join('x')}`)).toEqual([
      'conv1.weight 3x3x1x3',
      'conv1.bias 3',
      'norm1.weight 3',
      'norm1.bias 3',
    ]);
  });

  it('is Ganin and Lempitsky\'s for SVHN with windows of 3 that move by 2', () => {
    const pool = { size: 3, stride: 2 };
    const { size } = featureExtractor({
      ...OPTIONS,
      height: 32,
      width: 32,
      stages: [
        { maps: 64, size: 5, pool, dropout: 0 },
        { maps: 64, size: 5, pool, dropout: 0 },
        { maps: 128, size: 5, pool: null, dropout: 0 },
      ],
      dense: [],
      batchNorm: false,
    });
    expect(size).toBe(7 * 7 * 128);
  });

  it('takes a table as images of one pixel', () => {
    const { network, size } = featureExtractor({
      ...OPTIONS,
      height: 1,
      width: 1,
      channels: 13,
      stages: [],
      dense: [7, 4],
      batchNorm: false,
    });
    expect(size).toBe(4);
    expect(network.tensors.map(({ shape }) => shape.join('x'))).toEqual(['13x7', '7', '7x4', '4']);
  });

  it('computes without dropout, and without a trace in the statistics, what it would compute by this batch', async () => {
    const dropped = await extract({ ...OPTIONS, denseDropout: 0.5 }, null, 'applyDeterministic');
    expect(dropped.features).toEqual((await extract(OPTIONS, null)).features);
    expect(dropped.moments).toEqual({});
    expect((await extract({ ...OPTIONS, denseDropout: 0.5 }, null)).features).not.toEqual(dropped.features);
  });

  it('normalises each domain by itself, so that brighter images give the same features', async () => {
    const { features, size, moments } = await extract({ ...OPTIONS, domains: ['dim', 'bright'] }, null);
    expect(Object.keys(moments).sort()).toEqual([
      'featureExtractor.linear-norm1@bright',
      'featureExtractor.linear-norm1@dim',
      'featureExtractor.norm1@bright',
      'featureExtractor.norm1@dim',
    ]);
    const shared = await extract(OPTIONS, null);
    expect(shared.features).not.toEqual(features);
    const meanOf = (values: Float32Array, from: number): number =>
      values.slice(from * size, (from + 4) * size).reduce((sum, value) => sum + value, 0) / (4 * size);
    expect(meanOf(features, 0)).toBeCloseTo(meanOf(features, 4), 1);
  });

  it('evaluates every example by the statistics of its own domain', async () => {
    const options = { ...OPTIONS, domains: ['dim', 'bright'] };
    const trained = await extract(options, null);
    const evaluated = await extract(options, asStatistics(trained.moments));
    for (const [index, value] of evaluated.features.entries()) expect(value).toBeCloseTo(trained.features[index] ?? Number.NaN, 3);
  });

  it('forgets brightness and contrast of each image where images are normalised', async () => {
    const flat = { ...OPTIONS, batchNorm: false, normaliseImages: true, dense: [] };
    const { features, size } = await extract(flat, new Map());
    const doubled = images.slice();
    for (let index = 0; index < doubled.length; index += 1) doubled[index] = (doubled[index] ?? 0) * 2 + 5;
    const before = images.slice();
    images.set(doubled);
    const again = await extract(flat, new Map());
    images.set(before);
    for (let index = 0; index < 8 * size; index += 1) expect(again.features[index]).toBeCloseTo(features[index] ?? Number.NaN, 2);
  });
});

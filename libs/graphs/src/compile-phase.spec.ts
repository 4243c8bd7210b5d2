import { mergeConfig, type Tree } from '@lethe/config';
import { initialValues } from '@lethe/networks';
import { networkSlices, type GroupLayout } from '@lethe/protocol';
import { engineEnvironment, loadEngine, type Engine } from '@lethe/tensorflow';
import { forgottenLabel } from '@lethe/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { compilePhase } from './compile-phase.js';
import { dropoutSeeds } from './dropout-seeds.js';
import { allNetworks, describeRun, evaluatedLayouts, layoutOf, type RunDescription } from './run-description.js';
import { scalarInputs } from './step-inputs.js';

let engine: Engine;
beforeAll(async () => {
  Object.assign(process.env, engineEnvironment({ threads: 1, interOpThreads: 2, gpu: null }));
  engine = await loadEngine({ prefer: 'native' });
});

const [EXAMPLES, SIDE, CHANNELS] = [4, 16, 3];

/** The networks of Fader Networks. */
const MAPS: Tree = {
  latentSize: null, encoder: { kind: 'fader', width: 4, depth: 2 }, bottleneck: { kind: 'article' },
  adversary: { kind: 'convolutional', standardise: false, dropout: 0.3 },
};

/** A run that rebuilds images and forgets their label, with everything that adds to the gradient of the encoder's code. */
function described(objective: Tree): RunDescription {
  const data = { kind: 'images', folder: '/photographs', forget: ['label'], channels: CHANNELS, imageSize: SIDE, heldOut: 4 };
  const values = {
    recipe: 'keep-and-forget', data, batchSize: 16, shards: 4, epochs: null, rounds: 4,
    objective: { rebuild: true, betaRampRounds: 0, ...objective },
  };
  const { config } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, [{ source: 'file', label: (path) => path, values }]);
  return describeRun(config, {
    shape: { height: SIDE, width: SIDE, channels: CHANNELS }, classes: ['a', 'b'], trainCount: 56, testCount: 10, heldOutCount: null,
    kept: [], forgotten: forgottenLabel(['a', 'b']), fingerprint: '',
    domains: [{ name: 'all', trainCount: 56, labelledCount: 56, testCount: 10, otherLabels: [] }],
  });
}

/** Examples of a shard as inputs of a step: images of one colour each, which are nearly alike. */
function shardInputs(shard: number, position: number): Record<string, Float32Array | Int32Array> {
  const images = new Float32Array(EXAMPLES * SIDE * SIDE * CHANNELS).fill(-1);
  for (let pixel = 0; pixel < EXAMPLES * SIDE ** 2; pixel += 1) {
    images[pixel * CHANNELS] = 0.03 * (5 * shard + Math.floor(pixel / SIDE ** 2));
  }
  const labels = Float32Array.from({ length: 2 * EXAMPLES }, (_, index) => Number(((index >> 1) + shard) % 2 === index % 2));
  const seeds = dropoutSeeds(1, { round: 0, phase: 0, innerStep: 0 }, { shard, batchPer: 'round' });
  const inputs = { images, labels, domains: new Float32Array(EXAMPLES).fill(1), 'seeds.round': seeds.round, 'seeds.step': seeds.step };
  return Object.fromEntries(Object.entries(inputs).map(([name, values]) => [`${name}.${position}`, values]));
}

/** Means around 0 and variances around 1. */
function runningStatistics({ statistics, statisticsLength }: GroupLayout): Float32Array {
  const values = Float32Array.from({ length: statisticsLength }, (_, index) => 0.3 * Math.sin(index + 1));
  for (const { offset, channels } of statistics) {
    for (let index = offset + channels; index < offset + 2 * channels; index += 1) values[index] = 1 + (values[index] ?? 0);
  }
  return values;
}

describe('the gradient of a phase', () => {
  it.each<[string, Tree]>([
    ['up to chance', {}],
    ['by entropy', { hiding: 'negative-entropy' }],
    ['of four numbers', { latentSize: 4, hiding: 'negative-likelihood' }],
    ['in maps', { ...MAPS, hiding: 'wrong-label' }],
    ['from networks in evaluation mode', { hiding: 'wrong-label', frozenMode: 'evaluation' }],
  ])('has the same bits for shards side by side and one after another, hidden %s', async (_what, objective) => {
    const description = described(objective);
    const scalars = scalarInputs(description.objective.scalars(0));
    for (const [phase, phaseOf] of description.objective.phases.entries()) {
      const { trains } = phaseOf;
      const one = await compilePhase({ engine, description, phase, width: 1 });
      const two = await compilePhase({ engine, description, phase, width: 2 });
      for (let seed = 1; seed <= 12; seed += 1) {
        const networks = Object.fromEntries(description.layouts.flatMap((layout) => {
          const values = initialValues(layout, allNetworks(description.objective), seed);
          return networkSlices(layout).map(({ network, from, to }) => [`network.${network}`, values.slice(from, to)]);
        }));
        const statistics = Object.fromEntries(evaluatedLayouts(description, phaseOf).map((layout) => (
          [`statistics.${layout.name}`, runningStatistics(layout)]
        )));
        const common = { ...networks, ...statistics, ...scalars };
        const [left, right] = [seed, seed + 40].map((shard) => one.run({ ...common, ...shardInputs(shard, 0) })['gradient']!);
        const both = two.run({ ...common, ...shardInputs(seed, 0), ...shardInputs(seed + 40, 1) })['gradient']!;
        const sum = both.map((_, index) => left![index]! + right![index]!);
        const different = layoutOf(description, trains).segments.filter(({ offset, length }) =>
          both.subarray(offset, offset + length).some((value, index) => value !== sum[offset + index]));
        expect(different.map(({ name }) => name), `${trains}, seed ${seed}`).toEqual([]);
      }
      one.dispose();
      two.dispose();
    }
  }, 60_000);
});

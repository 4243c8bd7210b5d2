import { loadEngine } from '@lethe/tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFigures } from './probe-figures.js';
import { runProbe } from './run-probe.js';
import { standardise, type ProbeData, type Vectors } from './probe-data.js';

const CLASSES = 4;
const SIZE = 5;
const PLAIN = { shuffledLabels: false, seed: 1, balanced: false } as const;
const PROBES = ['linear', 'mlp', 'neighbours'] as const;

/** Repeatable numbers in (-1, 1), as good as noise here. */
function noise(index: number): number {
  return 2 * (Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1) - 1;
}

/** Vectors [examples, 5] whose labels follow one another; `at` places dimension `dimension` of an example. */
function vectors(examples: number, offset: number, at: (label: number, dimension: number, random: number) => number): Vectors {
  const labels = Int32Array.from({ length: examples }, (_, index) => Math.floor(((noise(index + offset) + 1) / 2) * CLASSES));
  const values = Float32Array.from({ length: examples * SIZE }, (_, index) =>
    at(labels[Math.floor(index / SIZE)] ?? 0, index % SIZE, noise(7 * index + offset + 0.5)),
  );
  return { values, labels, size: SIZE };
}

function both(at: (label: number, dimension: number, random: number) => number, examples = 6000): ProbeData {
  return standardise({ train: vectors(examples, 1, at), test: vectors(1200, 1e6, at), classes: CLASSES, number: null });
}

/** Every class lies on the corners of a cube around 0, each on a cube of its own size: all means are 0. */
function cubes(examples?: number): ProbeData {
  return both((label, _dimension, random) => Math.sign(random) * (1 + label + 0.2 * random), examples);
}

const engine = await loadEngine({ prefer: 'native' });
const chance = (data: ProbeData): number =>
  Math.max(...[0, 1, 2, 3].map((label) => data.test.labels.filter((found) => found === label).length)) / data.test.labels.length;

describe('a fresh probe', { timeout: 60_000 }, () => {
  beforeAll(() => { expect(engine.name).toBe('native'); });

  it.each(PROBES)('%s reads a latent that is the label, however small the part that tells it', async (probe) => {
    const data = both((label, dimension, random) => (dimension < CLASSES ? 1e-4 * Number(label === dimension) : random));
    const { accuracy, balanced_accuracy, information, cross_entropy } = await runProbe(engine, data, {
      probe,
      ...PLAIN,
    });
    expect(accuracy).toBeGreaterThan(0.97);
    expect(balanced_accuracy).toBeGreaterThan(0.97);
    expect(information).toBeGreaterThan(0.9 * Math.log(CLASSES) - 0.3);
    expect(information).toBeCloseTo(Math.log(CLASSES) - cross_entropy, 6);
  });

  it.each(PROBES)('%s reads nothing in noise', async (probe) => {
    const data = both((_label, _dimension, random) => random);
    const { accuracy, information } = await runProbe(engine, data, { probe, ...PLAIN });
    expect(Math.abs(accuracy - 1 / CLASSES)).toBeLessThan(0.06);
    expect(information).toBeLessThan(0.05);
  });

  it.each(PROBES)('%s learns nothing from shuffled labels', async (probe) => {
    const data = both((label, dimension, random) => (dimension === 0 ? label + 0.1 * random : random));
    const { accuracy } = await runProbe(engine, data, { probe, ...PLAIN, shuffledLabels: true });
    expect(Math.abs(accuracy - 1 / CLASSES)).toBeLessThan(0.06);
  });

  it('is fooled by equal class means only if it is linear', async () => {
    const data = cubes();
    const [linear, ...others] = await Promise.all(
      PROBES.map((probe) => runProbe(engine, data, { probe, ...PLAIN })),
    );
    expect(linear?.accuracy).toBeLessThan(chance(data) + 0.12);
    for (const { accuracy } of others) expect(accuracy).toBeGreaterThan(0.95);
    // Few examples: the deep one takes as many rounds as of many.
    for (const [probe, examples] of [['deep', 120], ['boosted-trees', 800], ['forest', 800]] as const)
      expect((await runProbe(engine, cubes(examples), { probe, ...PLAIN })).accuracy).toBeGreaterThan(0.85);
  });

  it.each(['linear', 'neighbours', 'boosted-trees', 'forest'] as const)(
    '%s reads a rare class better where the classes weigh alike, and the frequent one worse',
    async (probe) => {
      // A tenth is of class 1, and the classes overlap.
      const part = (examples: number, offset: number): Vectors => {
        const labels = Int32Array.from({ length: examples }, (_, example) => Number(noise(example + offset) > 0.8));
        const values = Float32Array.from({ length: 2 * examples }, (_, at) =>
          1.5 * (labels[Math.floor(at / 2)] ?? 0) + 2 * noise(3 * at + offset + 0.5) + noise(5 * at + offset + 0.25));
        return { values, labels, size: 2 };
      };
      const data = standardise({ train: part(1500, 1), test: part(1500, 1e6), classes: 2, number: null });
      const read = (balanced: boolean): Promise<ProbeFigures> => runProbe(engine, data, { probe, ...PLAIN, balanced });
      const [plain, balanced] = [await read(false), await read(true)];
      expect(balanced.balanced_accuracy).toBeGreaterThan(plain.balanced_accuracy + 0.05);
      expect(balanced.accuracy).toBeLessThan(plain.accuracy);
    },
  );

  it('that is a forest reads the identity card of an example, which a line through all of them cannot', async () => {
    // The label is that of the 60th part of the code in which an example lies: nearly nothing by its size.
    const part = (examples: number, offset: number): Vectors => {
      const values = Float32Array.from({ length: 2 * examples }, (_, at) => noise(at + offset));
      const labels = Int32Array.from({ length: examples }, (_, example) => (
        Number(noise(Math.floor(30 * (values[2 * example] ?? 0)) + 0.5) > 0)
      ));
      return { values, labels, size: 2 };
    };
    const data = standardise({ train: part(3000, 1), test: part(800, 1e6), classes: 2, number: null });
    expect((await runProbe(engine, data, { probe: 'forest', ...PLAIN })).accuracy).toBeGreaterThan(0.9);
    expect((await runProbe(engine, data, { probe: 'linear', ...PLAIN })).accuracy).toBeLessThan(0.75);
  });

  it('of neighbours leaves others out for each seed, whatever was looked for before', async () => {
    const data = both((label, dimension, random) => (dimension === 0 ? label + 3 * random : random));
    const read = (vectorsOfBoth: ProbeData, seed: number, shuffledLabels = false): Promise<ProbeFigures> =>
      runProbe(engine, vectorsOfBoth, { probe: 'neighbours', ...PLAIN, shuffledLabels, seed });
    const [first, second, shuffled] = [await read(data, 1), await read(data, 2), await read(data, 1, true)];
    expect(first).not.toEqual(second);
    expect(Math.abs(shuffled.accuracy - 1 / CLASSES)).toBeLessThan(0.06);
    const again = both((label, dimension, random) => (dimension === 0 ? label + 3 * random : random));
    expect([await read(again, 2), await read(again, 1)]).toEqual([second, first]);
  });

  it('gives the same bits again, other ones from another seed, and leaves no tensor behind', async () => {
    const data = both((label, dimension, random) => (dimension === 0 ? label + 3 * random : random));
    const tensors = engine.tf.memory().numTensors;
    const first = await runProbe(engine, data, { probe: 'mlp', ...PLAIN });
    expect(await runProbe(engine, data, { probe: 'mlp', ...PLAIN })).toEqual(first);
    expect(await runProbe(engine, data, { probe: 'mlp', ...PLAIN, seed: 2 })).not.toEqual(first);
    expect(engine.tf.memory().numTensors).toBe(tensors);
  });

  it('of neighbours looks again where a search has failed, and no more where it has not', async () => {
    const data = cubes(600);
    let searches = 0;
    const failingOnce = Object.create(engine, {
      compile: {
        value: (...step: Parameters<typeof engine.compile>) => {
          searches += 1;
          return searches === 1 ? Promise.reject(new Error('no memory left')) : engine.compile(...step);
        },
      },
    }) as typeof engine;
    const probe = (): Promise<ProbeFigures> => runProbe(failingOnce, data, { probe: 'neighbours', ...PLAIN });
    await expect(probe()).rejects.toThrow('no memory left');
    const found = await probe();
    expect(await probe()).toEqual(found);
    expect(searches).toBe(2);
  });
});

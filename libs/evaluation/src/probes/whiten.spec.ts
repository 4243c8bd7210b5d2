import { describe, expect, it } from 'vitest';
import { forest } from '../trees/forest.js';
import { covarianceOf, meanOf } from './moments.js';
import { standardise, type ProbeData, type Vectors } from './probe-data.js';
import { whiten } from './whiten.js';

/** Repeatable numbers in (-1, 1), as good as noise here. */
function noise(index: number): number {
  return 2 * (Math.abs(Math.sin(index * 12.9898) * 43_758.5453) % 1) - 1;
}

/** Two numbers that nearly agree, their sum, and a constant: the sign of the small difference of the two is the label. */
function nearlyEqual(examples: number, offset: number): Vectors {
  const labels = Int32Array.from({ length: examples }, (_, example) => Number(noise(example + offset) > 0));
  const values = Float32Array.from([...labels].flatMap((label, example) => {
    const [one, difference] = [noise(3 * example + offset + 0.5), 1e-3 * (label - 0.5)];
    return [one, one + difference, 2 * one + difference, 7];
  }));
  return { values, labels, size: 4 };
}

async function accuracyOfForest(data: ProbeData): Promise<number> {
  const found = await forest(data, { seed: 1, balanced: false });
  return data.test.labels.filter((label, example) => (found[2 * example + label] ?? 0) > Math.log(0.5)).length / data.test.labels.length;
}

describe('whitened vectors', () => {
  const data = standardise({ train: nearlyEqual(600, 1), test: nearlyEqual(300, 1e6), classes: 2, number: null });

  it('show what hides in a small direction of numbers that are correlated', async () => {
    expect(await accuracyOfForest(data)).toBeLessThan(0.75);
    expect(await accuracyOfForest(await whiten(data))).toBeGreaterThan(0.97);
  });

  it('are uncorrelated and of deviation 1, without directions in which nothing differs', async () => {
    const { train, test } = await whiten(data);
    expect([train.size, test.size, train.values.length, test.values.length]).toEqual([2, 2, 1200, 600]);
    const covariance = (await covarianceOf(train, meanOf(train))).to1DArray();
    for (const [place, expected] of [1, 0, 0, 1].entries()) expect(covariance[place]).toBeCloseTo(expected, 3);
  });
});

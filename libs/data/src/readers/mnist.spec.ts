import { PLAIN_DATA } from '@lethe/config';
import { beforeAll, describe, expect, it } from 'vitest';
import { gatherImages, gatherLabels } from '../batches/gather.js';
import { gridExamples } from '../examples/grid-examples.js';
import type { DataSource } from '../model/dataset.js';
import { openData } from '../open-data.js';

describe('MNIST from its package', () => {
  let source: DataSource;
  beforeAll(async () => {
    source = await openData(PLAIN_DATA, 1);
  });

  it('is the whole of MNIST', () => {
    expect(source.facts).toEqual({
      shape: { height: 28, width: 28, channels: 1 },
      domains: [{ name: 'all', trainCount: 60_000, labelledCount: 60_000, testCount: 10_000, otherLabels: [] }],
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      trainCount: 60_000,
      testCount: 10_000,
      heldOutCount: null,
      kept: [],
      forgotten: [{
        name: 'label', of: ['label'], categories: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], isLabel: true,
        counts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], countsByLabel: [], missing: 0, means: null,
      }],
      fingerprint: '1af3bba8a0dea5e2390b279701f2997cbfa3df371ef5a69bff7dd33aca3bea8d',
    });
  });

  it('has the images in their official order', () => {
    expect([...source.train.labels.subarray(0, 16)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7]);
    expect([...source.test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });

  it('reaches the networks as the golden batch: same sum and norm of the first 16 images', () => {
    const pixels = gatherImages(source.train, Uint32Array.from({ length: 16 }, (_, index) => index));
    const sum = pixels.reduce((total, value) => total + value, 0);
    const norm = Math.sqrt(pixels.reduce((total, value) => total + value * value, 0));
    expect(sum).toBeCloseTo(-9577.537236750126, 6);
    expect(norm).toBeCloseTo(107.9235517197399, 9);
  });

  it("draws the style grid from the article's test digits", () => {
    const examples = gridExamples(source);
    expect([...examples]).toEqual([3, 2, 1, 18, 4, 8, 11, 0, 61, 7]);
    expect([...gatherLabels(source.test, examples)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

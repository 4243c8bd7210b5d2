import { PLAIN_DATA } from '@lethe/config';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from '../model/dataset.js';
import { openData } from '../open-data.js';
import { ColouredImages, drawColours } from './coloured-mnist.js';

it('white strokes stay white, and what is dark has the colour', async () => {
  const grey = { images: Uint8Array.of(0, 255, 51, 0), count: 2, shape: { height: 1, width: 2, channels: 1 } };
  const { inputs } = await new ColouredImages(grey, Uint8Array.of(0, 9)).read(0, 2);
  expect([...inputs]).toEqual([200, 30, 30, 255, 255, 255, 51, 51, 51, 0, 0, 0]);
});

it('colours are drawn the same every time, apart for training and test images', () => {
  const digits = Array.from({ length: 100 }, (_, image) => image % 10);
  expect(drawColours(digits, 'train')).toEqual(drawColours(digits, 'train'));
  expect(drawColours(digits, 'train')).not.toEqual(drawColours(digits, 'test'));
});

describe('coloured MNIST', () => {
  let source: DataSource;
  beforeAll(async () => {
    source = await openData({ ...PLAIN_DATA, kind: 'coloured-mnist', keep: ['label'], forget: ['colour'] }, 1);
  });

  it('has a colour that agrees with the digit in 90 % of training images, and in a tenth of test images', () => {
    const { facts, train, test } = source;
    expect(facts).toMatchObject({
      shape: { height: 28, width: 28, channels: 3 }, trainCount: 60_000, testCount: 10_000,
      kept: [{ name: 'label', isLabel: true }], forgotten: [{ name: 'colour', isLabel: false, missing: 0 }],
    });
    const colours = facts.forgotten[0]?.categories ?? [];
    const digitOf = ['red', 'green', 'blue', 'yellow', 'magenta', 'cyan', 'orange', 'brown', 'grey', 'black'];
    const ownDigit = colours.map((name) => digitOf.indexOf(name));
    const agreement = ({ labels, forgotten: [colour] }: DataSource['train']): number => (
      labels.reduce((sum, label, image) => sum + (ownDigit[colour?.[image] ?? 0] === label ? 1 : 0), 0) / labels.length
    );
    expect(agreement(train)).toBeCloseTo(0.9, 2);
    expect(agreement(test)).toBeCloseTo(0.1, 2);
    for (const count of facts.forgotten[0]?.countsByLabel.flat() ?? []) expect(count).toBeGreaterThan(30);
  });

  it('is kept as bytes', () => {
    const { inputs, rows } = source.train;
    expect([inputs.values, inputs.described]).toEqual(['bytes', 'in memory, 157 MiB']);
    // The first digit is a 5, on its corner is its background.
    expect([...inputs.gather(rows.subarray(0, 1)).subarray(0, 3)]).toEqual([30, 170, 180]);
  });
});

import { expect, it } from 'vitest';
import { memoryDataset } from '../inputs/memory-dataset.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import { balancedTraining } from './balanced-training.js';

const COUNT = 100;
const column = (name: string, values: (example: number) => number): CategoryAttribute => (
  { kind: 'category', name, categories: ['no', 'yes'], values: Uint32Array.from({ length: COUNT }, (_, example) => values(example)) }
);
/** Seven in a hundred have glasses, a half smile; of one it is not known whether it has glasses. */
const train: Dataset = {
  ...memoryDataset({ images: new Uint8Array(COUNT), shape: { height: 1, width: 1, channels: 1 }, labels: new Uint32Array(COUNT) }),
  attributes: [
    column('glasses', (example) => (example === 99 ? MISSING : Number(example < 7))), column('smile', (example) => example % 2),
  ],
};
const all = Uint32Array.from({ length: COUNT }, (_, example) => example);

function timesDrawn(indices: Uint32Array): number[] {
  const times = new Array<number>(COUNT).fill(0);
  for (const index of indices) times[index] = (times[index] ?? 0) + 1;
  return times;
}

it('a rare value comes as often as the others, each of its examples about as often as the next', () => {
  const times = timesDrawn(balancedTraining(all, ['glasses'], { train, seed: 1 }));
  const rare = times.slice(0, 7);
  expect(rare.reduce((sum, count) => sum + count, 0)).toBe(92);
  expect([Math.min(...rare), Math.max(...rare)]).toEqual([13, 14]);
  expect(new Set(times.slice(7))).toEqual(new Set([1]));
});

it('every combination of several comes as often, of those alone that are trained on', () => {
  const times = timesDrawn(balancedTraining(all.filter((index) => index !== 3), ['glasses', 'smile'], { train, seed: 1 }));
  const sumOf = (isWanted: (example: number) => boolean): number => (
    times.reduce((sum, count, example) => sum + (isWanted(example) ? count : 0), 0)
  );
  const combinations = [0, 1].flatMap((smile) => [
    sumOf((example) => example < 7 && example % 2 === smile), sumOf((example) => example >= 7 && example < 99 && example % 2 === smile),
  ]);
  expect(combinations).toEqual([46, 46, 46, 46]);
  expect(times[3]).toBe(0);
});

it('is a function of the seed, and nothing where no attribute is named', () => {
  const drawn = (seed: number): Uint32Array => balancedTraining(all, ['glasses'], { train, seed });
  expect(drawn(1)).toEqual(drawn(1));
  expect(drawn(1)).not.toEqual(drawn(2));
  expect(balancedTraining(all, [], { train, seed: 1 })).toBe(all);
});

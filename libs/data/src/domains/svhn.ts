import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findFile } from '../formats/folder-files.js';
import { labelledDigits, type DigitImages } from '../formats/labelled-images.js';
import { readSvhnFile } from '../formats/svhn-file.js';
import { invalidData } from '../invalid-data.js';
import { imageDomain, type Domain, type DomainOptions } from './domain.js';

const TRAIN = 'train_32x32.mat';
const TEST = 'test_32x32.mat';
/** May stand in for both: the beginning of the official test file. */
const PART = 'svhn_test10k_32x32.mat';
/** Of a single file, the last tenth of the images is for testing. */
const TEST_ONE_IN = 10;

/** Street View House Numbers as published, or a single file of them. @throws LetheError DATA_MISSING, DATA_INVALID */
export async function readSvhnDomain(name: string, folder: string, options: DomainOptions): Promise<Domain> {
  const { unpacking } = options;
  if (existsSync(join(folder, TRAIN))) {
    const train = await readSvhnFile(join(folder, TRAIN), { unpacking });
    const test = await readSvhnFile(await findFile(folder, [TEST]), { unpacking });
    return imageDomain(name, { train: labelledDigits(train), test: labelledDigits(test) }, options);
  }
  const file = await findFile(folder, [PART, TRAIN, TEST]);
  const content = await readSvhnFile(file, { unpacking });
  const trainCount = content.count - Math.floor(content.count / TEST_ONE_IN);
  if (trainCount === content.count) {
    throw invalidData(file, `at least ${TEST_ONE_IN} images, one of them for testing`, String(content.count));
  }
  const [train, test] = [part(content, 0, trainCount), part(content, trainCount, content.count)];
  return imageDomain(name, { train: labelledDigits(train), test: labelledDigits(test) }, options);
}

function part({ images, digits, shape }: DigitImages, first: number, end: number): DigitImages {
  const length = shape.height * shape.width * shape.channels;
  return { images: images.subarray(first * length, end * length), digits: digits.subarray(first, end), count: end - first, shape };
}

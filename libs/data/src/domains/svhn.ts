import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findFile } from '../formats/folder-files.js';
import { invalidData } from '../invalid-data.js';
import { readSvhnFile, type SvhnContent } from '../formats/svhn-file.js';
import type { Domain, DomainOptions } from './domain.js';
import { imageDomain, type LabelledBlock } from './image-domain.js';

const TRAIN = 'train_32x32.mat';
const TEST = 'test_32x32.mat';
/** What may stand in for both: the beginning of the official test file. */
const PART = 'svhn_test10k_32x32.mat';
/** Of a single file, one image in so many, the last ones, is for testing. */
const TEST_ONE_IN = 10;

/** Street View House Numbers as published, or a single file of them. @throws LetheError DATA_MISSING, DATA_INVALID */
export async function readSvhnDomain(name: string, folder: string, options: DomainOptions): Promise<Domain> {
  const { unpacking } = options;
  if (existsSync(join(folder, TRAIN))) {
    const [train, test] = [await readSvhnFile(join(folder, TRAIN), { unpacking }), await readSvhnFile(await findFile(folder, [TEST]), { unpacking })];
    return imageDomain(name, { train: block(train, 0, train.count), test: block(test, 0, test.count) }, options);
  }
  const file = await findFile(folder, [PART, TRAIN, TEST]);
  const content = await readSvhnFile(file, { unpacking });
  const trainCount = content.count - Math.floor(content.count / TEST_ONE_IN);
  if (trainCount === content.count) throw invalidData(file, `at least ${TEST_ONE_IN} images, one of them for testing`, String(content.count));
  return imageDomain(name, { train: block(content, 0, trainCount), test: block(content, trainCount, content.count) }, options);
}

function block({ images, digits, shape }: SvhnContent, first: number, end: number): LabelledBlock {
  const length = shape.height * shape.width * shape.channels;
  return { images: images.subarray(first * length, end * length), count: end - first, shape, labels: Array.from(digits.subarray(first, end), String) };
}

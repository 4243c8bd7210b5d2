import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findFile } from '../formats/lists/folder-files.js';
import { labelledDigits, type DigitImages } from '../formats/images/labelled-images.js';
import { readSvhnFile } from '../formats/arrays/svhn-file.js';
import { invalidData } from '../invalid-data.js';
import { imageExamples } from './packed-images.js';
import type { Reader } from './reader.js';

const TRAIN = 'train_32x32.mat';
const TEST = 'test_32x32.mat';
/** May stand in for both: the beginning of the official test file. */
const PART = 'svhn_test10k_32x32.mat';
/** Of a single file, the last tenth of the images is for testing. */
const TEST_ONE_IN = 10;

/** Street View House Numbers as published, or a single file of them. */
export const readSvhn: Reader<string> = async (folder, options) => {
  const { unpacking } = options;
  const files = existsSync(join(folder, TRAIN))
    ? { train: join(folder, TRAIN), test: await findFile(folder, [TEST]) }
    : { train: await findFile(folder, [PART, TRAIN, TEST]), test: null };
  const first = await readSvhnFile(files.train, { unpacking });
  const [train, test] = files.test === null ? cutOff(files.train, first) : [first, await readSvhnFile(files.test, { unpacking })];
  const where = (part: 'train' | 'test', image: number): string => {
    if (part === 'train') return `${files.train}, image ${image}`;
    return files.test === null ? `${files.train}, image ${train.count + image}` : `${files.test}, image ${image}`;
  };
  return imageExamples({ origin: folder, train: labelledDigits(train), test: labelledDigits(test), where }, options);
};

function cutOff(file: string, content: DigitImages): [train: DigitImages, test: DigitImages] {
  const trainCount = content.count - Math.floor(content.count / TEST_ONE_IN);
  if (trainCount < content.count) return [part(content, 0, trainCount), part(content, trainCount, content.count)];
  throw invalidData(file, `at least ${TEST_ONE_IN} images, one of them for testing`, String(content.count));
}

function part({ images, digits, shape }: DigitImages, first: number, end: number): DigitImages {
  const length = shape.height * shape.width * shape.channels;
  return { images: images.subarray(first * length, end * length), digits: digits.subarray(first, end), count: end - first, shape };
}

import { readdir } from 'node:fs/promises';
import { findFile, requireFolder } from '../formats/lists/folder-files.js';
import { labelledDigits, type LabelledImages } from '../formats/images/labelled-images.js';
import { readUspsFile, USPS_FILES } from '../formats/arrays/usps-file.js';
import { readIdxFolder } from './idx.js';
import { imageExamples } from './packed-images.js';
import type { Reader } from './reader.js';

/** Digits in a folder: IDX files, or LIBSVM's text files of USPS. */
export const readDigits: Reader<string> = async (folder, options) => {
  await requireFolder(folder);
  const names = await readdir(folder);
  const isUsps = names.some((found) => USPS_FILES.train.includes(found));
  if (!isUsps) return readIdxFolder(folder, options);
  const files = { train: await findFile(folder, USPS_FILES.train), test: await findFile(folder, USPS_FILES.test) };
  const read = async (part: 'train' | 'test'): Promise<LabelledImages> => (
    labelledDigits(await readUspsFile(files[part], options.unpacking))
  );
  const parts = { train: await read('train'), test: await read('test') };
  return imageExamples({ origin: folder, ...parts, where: (part, image) => `${files[part]}, image ${image}` }, options);
};

import { requireFolder } from '../formats/lists/folder-files.js';
import { readIdx, readIdxLabels } from '../formats/arrays/idx-file.js';
import { findIdxFiles, type IdxFiles } from '../formats/arrays/idx-folder.js';
import type { LabelledImages } from '../formats/images/labelled-images.js';
import type { Unpacking } from '../formats/archives/unpacking.js';
import { invalidData } from '../invalid-data.js';
import { imageExamples } from './packed-images.js';
import type { Reader } from './reader.js';

/** Images of one part, and the file of their labels. */
export interface IdxPart extends LabelledImages { readonly labelsFile: string }

/**
 * A folder with the four IDX files that MNIST made a convention (train and t10k or test, images and labels), each gzipped or not. The
 * classes are the label values in the training files, in order; they need not be 0, 1, 2 ...
 */
export const readIdxFolder: Reader<string> = async (folder, options) => {
  await requireFolder(folder);
  const { train: trainFiles, test: testFiles } = await findIdxFiles(folder);
  const [train, test] = [await readIdxPart(trainFiles, options.unpacking), await readIdxPart(testFiles, options.unpacking)];
  const files = { train: train.labelsFile, test: test.labelsFile };
  return imageExamples({ origin: folder, train, test, where: (part, image) => `${files[part]}, image ${image}` }, options);
};

/** The images and labels of one part. @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE */
export async function readIdxPart(files: IdxFiles, unpacking: Unpacking): Promise<IdxPart> {
  const images = await readIdx(files.images, 3, unpacking);
  const labels = await readIdxLabels(files.labels, unpacking);
  const [count = 0, height = 0, width = 0] = images.dimensions;
  const { length: labelCount } = labels.values;
  if (count !== labelCount) throw invalidData(labels.file, `a label for each of the ${count} images in ${images.file}`, String(labelCount));
  return {
    images: images.values, count, shape: { height, width, channels: 1 }, labels: Array.from(labels.values, String), labelsFile: labels.file,
  };
}

import { createDataSource } from '../data-source.js';
import type { DataSource, Dataset } from '../dataset.js';
import { requireFolder } from '../formats/folder-files.js';
import { readIdx, readIdxLabels, type IdxContent, type IdxLabels } from '../formats/idx-file.js';
import { findIdxFiles, type IdxFiles } from '../formats/idx-folder.js';
import type { Unpacking } from '../formats/unpacking.js';
import { invalidData } from '../invalid-data.js';
import { sortedClassNames } from '../name-order.js';

/** Images and labels of one part, the labels still as values of the file. */
interface IdxPart { readonly images: IdxContent; readonly labels: IdxLabels }

/**
 * A folder with the four IDX files that MNIST made a convention (train and t10k or test, images and labels), each gzipped or not.
 * Images keep their size. The classes are the label values in the training files, in order; they need not be 0, 1, 2 ...
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE
 */
export async function openIdxFolder(folder: string, unpacking: Unpacking): Promise<DataSource> {
  await requireFolder(folder);
  const files = await findIdxFiles(folder);
  const train = await readPart(files.train, unpacking);
  const test = await readPart(files.test, unpacking);
  const classes = sortedClassNames(Array.from(new Set(train.labels.values), String));
  const labelOf = new Map(classes.map((name, label) => [Number(name), label]));
  return createDataSource({ origin: folder, classes, train: toDataset(train, labelOf), test: toDataset(test, labelOf) });
}

async function readPart(files: IdxFiles, unpacking: Unpacking): Promise<IdxPart> {
  const images = await readIdx(files.images, 3, unpacking);
  const labels = await readIdxLabels(files.labels, unpacking);
  const [imageCount = 0] = images.dimensions;
  const { length: labelCount } = labels.values;
  if (imageCount !== labelCount) {
    throw invalidData(labels.file, `a label for each of the ${imageCount} images in ${images.file}`, String(labelCount));
  }
  return { images, labels };
}

function toDataset({ images, labels }: IdxPart, labelOf: ReadonlyMap<number, number>): Dataset {
  const [count = 0, height = 0, width = 0] = images.dimensions;
  const mapped = Uint8Array.from(labels.values, (value, index) => {
    const label = labelOf.get(value);
    if (label !== undefined) return label;
    throw invalidData(labels.file, 'labels that the training set has too', `${value} at image ${index}`);
  });
  return { images: images.values, labels: mapped, domains: new Uint8Array(count), count, shape: { height, width, channels: 1 } };
}

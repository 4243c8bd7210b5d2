import { createDataSource } from '../data-source.js';
import type { DataSource, Dataset } from '../dataset.js';
import { findFile, requireFolder } from '../formats/folder-files.js';
import { readIdx, type IdxContent } from '../formats/idx-file.js';
import type { Unpacking } from '../formats/unpacking.js';
import { invalidData } from '../invalid-data.js';
import { sortedClassNames } from '../name-order.js';

/** Images and labels of one part, the labels still as values of the file. */
interface IdxPart { readonly images: IdxContent; readonly labels: IdxContent }

/**
 * A folder with the four IDX files that MNIST made a convention (train and t10k, images and labels), each gzipped or not.
 * Images keep their size. The classes are the label values in the training files, in order; they need not be 0, 1, 2 ...
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE
 */
export async function openIdxFolder(folder: string, unpacking: Unpacking): Promise<DataSource> {
  await requireFolder(folder);
  const train = await readPart(folder, 'train', unpacking);
  const test = await readPart(folder, 't10k', unpacking);
  const classes = sortedClassNames(Array.from(new Set(train.labels.values), String));
  const labelOf = new Map(classes.map((name, label) => [Number(name), label]));
  return createDataSource({ origin: folder, classes, train: toDataset(train, labelOf), test: toDataset(test, labelOf) });
}

async function readPart(folder: string, part: 'train' | 't10k', unpacking: Unpacking): Promise<IdxPart> {
  const images = await readIdx(await findFile(folder, fileNames(`${part}-images`, 3)), 3, unpacking);
  const labels = await readIdx(await findFile(folder, fileNames(`${part}-labels`, 1)), 1, unpacking);
  const [imageCount = 0] = images.dimensions;
  const [labelCount = 0] = labels.dimensions;
  if (imageCount !== labelCount) {
    throw invalidData(labels.file, `a label for each of the ${imageCount} images in ${images.file}`, String(labelCount));
  }
  return { images, labels };
}

/** Both spellings that are in use. */
function fileNames(stem: string, rank: 1 | 3): string[] {
  return [`${stem}-idx${rank}-ubyte`, `${stem}.idx${rank}-ubyte`].flatMap((name) => [name, `${name}.gz`]);
}

function toDataset({ images, labels }: IdxPart, labelOf: ReadonlyMap<number, number>): Dataset {
  const [count = 0, height = 0, width = 0] = images.dimensions;
  const mapped = labels.values.map((value, index) => {
    const label = labelOf.get(value);
    if (label !== undefined) return label;
    throw invalidData(labels.file, 'labels that the training set has too', `${value} at image ${index}`);
  });
  return { images: images.values, labels: mapped, domains: new Uint8Array(count), count, shape: { height, width, channels: 1 } };
}

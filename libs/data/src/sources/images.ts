import { join } from 'node:path';
import { LetheError } from '@lethe/errors';
import { MOST_CLASSES, createDataSource } from '../data-source.js';
import { UNLABELLED, type DataSource, type Dataset } from '../dataset.js';
import { splitRows } from '../examples/test-split.js';
import { requireFolder } from '../formats/folder-files.js';
import { decodeListedImages, LABELS_FILE, readLabelsCsv, type LabelledFile } from '../formats/labels-csv.js';
import { invalidData } from '../invalid-data.js';
import { sortedClassNames } from '../name-order.js';

/** How a folder of images is read. */
export interface ImageFolderOptions {
  readonly folder: string;
  /** Side of the square in pixels that every image is resized to. */
  readonly imageSize: number;
  readonly channels: 1 | 3;
  /** Draws the test images where labels.csv has no split column. */
  readonly seed: number;
}

/**
 * A folder of images with a labels.csv. Images come in the order of their file names, not of the rows.
 * @throws LetheError DATA_MISSING, DATA_INVALID naming row and file
 */
export async function openImageFolder({ folder, imageSize, channels, seed }: ImageFolderOptions): Promise<DataSource> {
  await requireFolder(folder);
  const files = await readLabelsCsv(folder);
  const table = join(folder, LABELS_FILE);
  const classes = sortedClassNames(files.flatMap(({ label }) => label ?? []));
  // Decoding takes long; what is wrong with the table is found before.
  checkClassCount(table, classes);
  checkLabelled(table, files);
  const { train, test } = splitRows(files, { where: table, seed });
  const shape = { height: imageSize, width: imageSize, channels };
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const read = async (part: readonly LabelledFile[]): Promise<Dataset> => ({
    images: await decodeListedImages(folder, part, shape),
    labels: Uint8Array.from(part, ({ label }) => labelOf.get(label ?? '') ?? UNLABELLED),
    domains: new Uint8Array(part.length), count: part.length, shape,
  });
  return createDataSource({ origin: folder, classes, train: await read(train), test: await read(test) });
}

function checkClassCount(table: string, classes: readonly string[]): void {
  if (classes.length >= 2 && classes.length <= MOST_CLASSES) return;
  const message = `${table}: expected 2 to ${MOST_CLASSES} different labels, found ${classes.length}`;
  throw new LetheError('DATA_INVALID', message, { details: { table, found: classes.length } });
}

/** Examples without a label are for domain adaptation, which reads this folder another way. */
function checkLabelled(table: string, files: readonly LabelledFile[]): void {
  const unlabelled = files.find(({ label }) => label === null);
  if (unlabelled === undefined) return;
  throw invalidData(`${table}, line ${unlabelled.line}`, `a label for ${unlabelled.file}`, 'an empty cell');
}

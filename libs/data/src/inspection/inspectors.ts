import { join } from 'node:path';
import { convertImages } from '../formats/convert-images.js';
import { readCsv } from '../formats/csv-file.js';
import { decodeInOwnSize, IMAGE_FILE } from '../formats/decode-images.js';
import { findIdxFiles } from '../formats/idx-folder.js';
import { LABEL_LIST, readListedImages } from '../formats/label-list.js';
import { labelledDigits, type LabelledImages } from '../formats/labelled-images.js';
import { decodeListedImages, LABELS_FILE, listedDomains, readLabelsCsv } from '../formats/labels-csv.js';
import { ARCHIVE_FILE, findPackedFiles, type PackedFile } from '../formats/packed-files.js';
import { readSvhnFile } from '../formats/svhn-file.js';
import type { Unpacking } from '../formats/unpacking.js';
import { readUspsFile, USPS_FILES } from '../formats/usps-file.js';
import { sortedClassNames } from '../name-order.js';
import { shapeInWords } from '../model/inputs.js';
import { readIdxPart } from '../readers/idx.js';
import { countClasses, inWords, sampleImages, type FoundDataset, type Inspector } from './found-dataset.js';

const IDX_FILE = /[.-]idx[13]-ubyte(\.gz)?$/;
const TABLE_FILE = /\.(csv|data)$/;
const SVHN_FILE = /\.mat$/;
/** Images of any size on a contact sheet are brought to this shape. */
const SHEET_SHAPE = { height: 64, width: 64, channels: 3 };
/** Images that are decoded for a contact sheet. */
const MOST_SAMPLED = 200;
/** Photographs on a contact sheet. */
const UNLABELLED_SAMPLED = 10;
/** Images of a MATLAB file whose classes are counted and that are shown; all are counted. */
const MOST_READ = 2000;

function found(title: Pick<FoundDataset, 'name' | 'kind' | 'contents'>, images: LabelledImages): FoundDataset {
  const classes = sortedClassNames(images.labels.filter((label) => label !== null));
  return { ...title, classes: countClasses(images.labels, classes), samples: sampleImages(images, classes) };
}

const idxFiles: Inspector = async ({ folder, name, files, unpacking }) => {
  if (!files.some((file) => IDX_FILE.test(file))) return null;
  const idx = await findIdxFiles(folder);
  const [train, test] = [await readIdxPart(idx.train, unpacking), await readIdxPart(idx.test, unpacking)];
  const counts = `${inWords(train.count, 'training image')} and ${inWords(test.count, 'test image')}`;
  return found({ name, kind: 'IDX files', contents: `${counts} of ${shapeInWords(train.shape)}` }, train);
};

const uspsText: Inspector = async ({ folder, name, files, unpacking }) => {
  const file = files.find((candidate) => Object.values(USPS_FILES).some((names) => names.includes(candidate)));
  if (file === undefined) return null;
  const digits = await readUspsFile(join(folder, file), unpacking);
  const contents = `${inWords(digits.count, 'image')} of ${shapeInWords(digits.shape)}`;
  return found({ name, kind: `USPS as text (${file})`, contents }, labelledDigits(digits));
};

const matlabFiles: Inspector = async ({ folder, name, files, unpacking }) => {
  const file = files.find((candidate) => SVHN_FILE.test(candidate));
  if (file === undefined) return null;
  const digits = await readSvhnFile(join(folder, file), { unpacking, most: MOST_READ });
  const classesOf = digits.total > MOST_READ ? `, classes of the first ${MOST_READ}` : '';
  const contents = `${inWords(digits.total, 'image')} of ${shapeInWords(digits.shape)}${classesOf}`;
  return found({ name, kind: `SVHN (${file})`, contents }, labelledDigits(digits));
};

const labelledImages: Inspector = async ({ folder, name, files }) => {
  if (!files.includes(LABELS_FILE)) return null;
  const rows = await readLabelsCsv(folder);
  const sampled = rows.filter(({ label }) => label !== null).slice(0, MOST_SAMPLED);
  const images = await decodeListedImages(folder, sampled, SHEET_SHAPE);
  const samples = { images, count: sampled.length, shape: SHEET_SHAPE, labels: sampled.map(({ label }) => label) };
  const classes = sortedClassNames(rows.flatMap(({ label }) => label ?? []));
  const unlabelled = rows.filter(({ label }) => label === null).length;
  const domains = listedDomains(rows).map((domain) => `${domain} (${rows.filter((row) => row.domain === domain).length})`);
  const contents = [inWords(rows.length, 'image')];
  if (unlabelled > 0) contents.push(`${unlabelled} without a label`);
  if (domains.length > 0) contents.push(`domains ${domains.join(', ')}`);
  return {
    name, kind: 'images with labels.csv', contents: contents.join(', '),
    classes: countClasses(rows.map(({ label }) => label), classes), samples: sampleImages(samples, classes),
  };
};

/** Images and a list of labels, or photographs, in archives or not. */
const packedImages: Inspector = async ({ folder, name, files, unpacking }) => {
  const isPossible = files.some((file) => ARCHIVE_FILE.test(file) || IMAGE_FILE.test(file) || LABEL_LIST.test(file));
  if (files.includes(LABELS_FILE) || !isPossible) return null;
  const packed = await findPackedFiles(folder, unpacking);
  if (packed.some((file) => LABEL_LIST.test(file.path))) {
    const images = await readListedImages(folder, packed, unpacking);
    const contents = `${inWords(images.count, 'image')} of ${shapeInWords(images.shape)}`;
    return found({ name, kind: 'images with a label list', contents }, images);
  }
  const photographs = packed.filter((file) => IMAGE_FILE.test(file.path));
  if (photographs.length === 0) return null;
  const samples = sampleImages(await firstPhotographs(photographs, unpacking), ['']);
  return { name, kind: 'images without labels', contents: inWords(photographs.length, 'image'), classes: [], samples };
};

async function firstPhotographs(photographs: readonly PackedFile[], unpacking: Unpacking): Promise<LabelledImages> {
  const decoded = await decodeInOwnSize(photographs.slice(0, UNLABELLED_SAMPLED), unpacking);
  const images = Buffer.concat(await Promise.all(decoded.map((photograph) => convertImages(photograph, SHEET_SHAPE))));
  return { images, count: decoded.length, shape: SHEET_SHAPE, labels: decoded.map(() => '') };
}

const tables: Inspector = async ({ folder, name, files }) => {
  const tableFiles = files.filter((file) => TABLE_FILE.test(file) && file !== LABELS_FILE);
  if (tableFiles.length === 0) return null;
  const described = await Promise.all(tableFiles.map(async (file) => {
    const [header, ...rows] = await readCsv(join(folder, file));
    const missing = rows.flatMap(({ cells }) => cells).filter((cell) => cell === '' || cell === '?').length;
    const missingCells = missing === 0 ? '' : `; ${inWords(missing, 'cell')} missing`;
    return `${file}: ${inWords(rows.length, 'row')} of ${header?.cells.join(', ') ?? 'nothing'}${missingCells}`;
  }));
  return { name, kind: tableFiles.length === 1 ? 'a table' : 'tables', contents: described.join('\n'), classes: [], samples: null };
};

/** In the order in which they are asked; several may find data in one folder. */
export const INSPECTORS: readonly Inspector[] = [idxFiles, uspsText, matlabFiles, labelledImages, packedImages, tables];

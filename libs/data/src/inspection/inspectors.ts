import { join } from 'node:path';
import { sortedClassNames } from '../class-names.js';
import { convertImages } from '../formats/convert-images.js';
import { readCsv } from '../formats/csv-file.js';
import { labelledBlock } from '../domains/digits.js';
import { readLabelledImages } from '../domains/mnist-m.js';
import { openIdxFolder } from '../sources/idx.js';
import { decodeImage, decodeImages } from '../formats/decode-images.js';
import { imagePath, LABELS_FILE, readLabelsCsv } from '../formats/labels-csv.js';
import { openMatlabFile } from '../formats/matlab-file.js';
import { readSvhnFile } from '../formats/svhn-file.js';
import { readPackedFiles } from '../formats/packed-files.js';
import { readUspsText } from '../formats/usps-file.js';
import { countClasses, inWords, sampleImages, shapeInWords, type Holding, type Inspector, type LabelledImages } from './found-dataset.js';

const IDX_FILE = /[.-]idx[13]-ubyte(\.gz)?$/;
const USPS_FILE = /^usps(\.t)?(\.gz)?$/;
const ARCHIVE = /\.(tar|tar\.gz|tgz)$/;
const IMAGE = /\.(png|jpe?g)$/i;
const LABEL_LIST = /labels\.txt$/i;
const TABLE = /\.(csv|data)$/;
const SVHN_FILE = /\.mat$/;
/** Side of the squares on a contact sheet of images of any size. */
const SHEET_SIDE = 64;
/** Images that are decoded for a contact sheet. */
const MOST_SAMPLED = 200;
/** Photographs on a contact sheet. */
const UNLABELLED_SAMPLED = 10;
/** Images of a MATLAB file that are read to look at; all are counted. */
const MOST_LOOKED_AT = 2000;

function holding(name: string, kind: string, contents: string, labelled: LabelledImages): Holding {
  const classes = sortedClassNames(labelled.labels.filter((label) => label !== null));
  return { name, kind, contents, classes: countClasses(labelled.labels, classes), samples: sampleImages(labelled, classes) };
}

const idxFiles: Inspector = async (folder, name, names, unpacking) => {
  if (!names.some((file) => IDX_FILE.test(file))) return null;
  const { facts, train } = await openIdxFolder(folder, unpacking);
  return holding(name, 'IDX files', `${inWords(facts.trainCount, 'training image')} and ${inWords(facts.testCount, 'test image')} of ${shapeInWords(facts.shape)}`, labelledBlock(train, facts.classes));
};

const uspsText: Inspector = async (folder, name, names, unpacking) => {
  const file = names.find((found) => USPS_FILE.test(found));
  if (file === undefined) return null;
  const { images, digits, count, shape } = await readUspsText(join(folder, file), unpacking);
  return holding(name, `USPS as text (${file})`, `${inWords(count, 'image')} of ${shapeInWords(shape)}`, { images, shape, labels: Array.from(digits, String) });
};

const matlabFiles: Inspector = async (folder, name, names, unpacking) => {
  const file = names.find((found) => SVHN_FILE.test(found));
  if (file === undefined) return null;
  const count = (await openMatlabFile(join(folder, file), unpacking)).find((array) => array.name === 'X')?.dimensions.at(-1) ?? 0;
  const { images, digits, shape } = await readSvhnFile(join(folder, file), { unpacking, most: MOST_LOOKED_AT });
  const looked = count > MOST_LOOKED_AT ? `, classes of the first ${MOST_LOOKED_AT}` : '';
  return holding(name, `SVHN (${file})`, `${inWords(count, 'image')} of ${shapeInWords(shape)}${looked}`, { images, shape, labels: Array.from(digits, String) });
};

const labelledImages: Inspector = async (folder, name, names) => {
  if (!names.includes(LABELS_FILE)) return null;
  const files = await readLabelsCsv(folder);
  const domains = [...new Set(files.map(({ domain }) => domain))].filter((domain) => domain !== undefined);
  const sampled = files.filter(({ label }) => label !== null).slice(0, MOST_SAMPLED);
  const shape = { height: SHEET_SIDE, width: SHEET_SIDE, channels: 3 };
  const images = await decodeImages(sampled.map((file) => ({ path: imagePath(folder, file), where: `${LABELS_FILE}, line ${file.line}` })), shape);
  const classes = sortedClassNames(files.flatMap(({ label }) => label ?? []));
  const unlabelled = files.filter(({ label }) => label === null).length;
  const contents = [inWords(files.length, 'image'), ...(unlabelled > 0 ? [`${unlabelled} without a label`] : []), ...(domains.length > 0 ? [`domains ${domains.map((domain) => `${domain} (${files.filter((file) => file.domain === domain).length})`).join(', ')}`] : [])];
  return {
    name, kind: 'images with labels.csv', contents: contents.join(', '),
    classes: countClasses(files.map(({ label }) => label), classes), samples: sampleImages({ images, shape, labels: sampled.map(({ label }) => label) }, classes),
  };
};

/** Images and a list of labels, or photographs, in archives or not. */
const packedImages: Inspector = async (folder, name, names, unpacking) => {
  if (names.includes(LABELS_FILE) || !names.some((file) => ARCHIVE.test(file) || IMAGE.test(file) || LABEL_LIST.test(file))) return null;
  const files = await readPackedFiles(folder, /./, unpacking);
  if (files.some((file) => LABEL_LIST.test(file.name))) {
    const { images, labels, count, shape } = await readLabelledImages(folder, files, unpacking);
    return holding(name, 'images with a label list', `${inWords(count, 'image')} of ${shapeInWords(shape)}`, { images, labels, shape });
  }
  const photographs = files.filter((file) => IMAGE.test(file.name));
  if (photographs.length === 0) return null;
  const shape = { height: SHEET_SIDE, width: SHEET_SIDE, channels: 3 };
  const first = await Promise.all(photographs.slice(0, UNLABELLED_SAMPLED).map(async ({ bytes, where }) => convertImages(await decodeImage(bytes, where, unpacking), shape)));
  const samples = sampleImages({ images: Buffer.concat(first), shape, labels: first.map(() => '') }, ['']);
  return { name, kind: 'images without labels', contents: inWords(photographs.length, 'image'), classes: [], samples };
};

const tables: Inspector = async (folder, name, names) => {
  const files = names.filter((file) => TABLE.test(file) && file !== LABELS_FILE);
  if (files.length === 0) return null;
  const described = await Promise.all(files.map(async (file) => {
    const [header, ...rows] = await readCsv(join(folder, file));
    const missing = rows.flatMap(({ cells }) => cells).filter((cell) => cell === '' || cell === '?').length;
    return `${file}: ${inWords(rows.length, 'row')} of ${header?.cells.join(', ') ?? 'nothing'}${missing === 0 ? '' : `; ${inWords(missing, 'cell')} missing`}`;
  }));
  return { name, kind: files.length === 1 ? 'a table' : 'tables', contents: described.join('\n'), classes: [], samples: null };
};

/** In the order in which they are asked; several may find something in one folder. */
export const INSPECTORS: readonly Inspector[] = [idxFiles, uspsText, matlabFiles, labelledImages, packedImages, tables];

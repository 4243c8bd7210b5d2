import { blendWithPhotographs } from './blend-with-photographs.js';
import type { ImageBlock } from '../formats/convert-images.js';
import { decodeImage } from '../formats/decode-images.js';
import { invalidData } from '../invalid-data.js';
import { openMnist } from '../sources/mnist.js';
import { readPackedFiles, type PackedFile } from '../formats/packed-files.js';
import type { Unpacking } from '../formats/unpacking.js';
import { labelledBlock } from './digits.js';
import type { Domain, DomainOptions } from './domain.js';
import { imageDomain, type LabelledBlock } from './image-domain.js';

const IMAGE = /\.(png|jpe?g)$/i;
const LABEL_LIST = /labels\.txt$/i;

export interface MnistMFolders {
  /** Photographs, such as BSDS500's. */
  readonly photographs: string;
  /** The published test images with their label list. */
  readonly test: string;
}

/** MNIST-M: training images made from MNIST and photographs, and the published test images. @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE */
export async function readMnistMDomain(name: string, folders: MnistMFolders, options: DomainOptions): Promise<Domain> {
  const { facts, train } = await openMnist(options.unpacking);
  const digits = labelledBlock(train, facts.classes);
  const photographs = await readPhotographs(folders.photographs, options.unpacking);
  const images = blendWithPhotographs(digits, photographs, options.seed);
  const made: LabelledBlock = { images, labels: digits.labels, count: digits.count, shape: { ...digits.shape, channels: 3 } };
  return imageDomain(name, { train: made, test: await readLabelledImages(folders.test, await readPackedFiles(folders.test, /./, options.unpacking), options.unpacking) }, options);
}

async function readPhotographs(folder: string, unpacking: Unpacking): Promise<ImageBlock[]> {
  const files = await readPackedFiles(folder, IMAGE, unpacking);
  if (files.length === 0) throw invalidData(folder, 'photographs, as image files or in tar archives', 'none');
  return decodeAll(files, unpacking);
}

/**
 * Images of one size, out of a folder's files and those packed in it, with a list of lines "file label".
 * @throws LetheError DATA_INVALID naming line and file, DATA_TOO_LARGE
 */
export async function readLabelledImages(folder: string, files: readonly PackedFile[], unpacking: Unpacking): Promise<LabelledBlock> {
  const list = files.find(({ name }) => LABEL_LIST.test(name));
  if (list === undefined) throw invalidData(folder, 'a list of labels (…labels.txt with lines "file label")', 'none');
  const byName = new Map(files.map((file) => [file.name, file]));
  const rows = readLabelList(list);
  const chosen = rows.map(({ file, where }) => byName.get(file) ?? missing(where, file));
  const images = await decodeAll(chosen, unpacking);
  const shape = images[0]?.shape ?? { height: 0, width: 0, channels: 3 };
  const odd = images.findIndex((image) => image.shape.height !== shape.height || image.shape.width !== shape.width);
  const { where } = chosen[odd] ?? list;
  if (odd >= 0) throw invalidData(where, `${shape.height} x ${shape.width} pixels like the first image`, `${images[odd]?.shape.height ?? 0} x ${images[odd]?.shape.width ?? 0}`);
  const length = shape.height * shape.width * shape.channels;
  const block = new Uint8Array(images.length * length);
  for (const [index, image] of images.entries()) block.set(image.images, index * length);
  return { images: block, count: images.length, shape, labels: rows.map(({ label }) => label) };
}

interface ListedImage { readonly file: string; readonly label: string; readonly where: string }

function readLabelList({ where, bytes }: PackedFile): ListedImage[] {
  const lines = bytes.toString('utf8').split('\n').map((line, index) => ({ cells: line.trim().split(/\s+/), where: `${where}, line ${index + 1}` }));
  const rows = lines.filter(({ cells }) => cells[0] !== '').map(({ cells, where: line }): ListedImage => {
    const [file = '', label = '', ...rest] = cells;
    if (label === '' || rest.length > 0) throw invalidData(line, 'a file and its label', JSON.stringify(cells.join(' ')));
    return { file, label, where: line };
  });
  if (rows.length === 0) throw invalidData(where, 'a line for each image', 'none');
  const seen = new Set<string>();
  for (const { file, where: line } of rows) {
    if (seen.has(file)) throw invalidData(line, 'every file once', `${file} again`);
    seen.add(file);
  }
  return rows;
}

function missing(where: string, file: string): never {
  throw invalidData(where, `the image ${file}`, 'no such file');
}

const AT_ONCE = 16;

async function decodeAll(files: readonly PackedFile[], unpacking: Unpacking): Promise<ImageBlock[]> {
  const decoded: ImageBlock[][] = [];
  for (let first = 0; first < files.length; first += AT_ONCE) {
    decoded.push(await Promise.all(files.slice(first, first + AT_ONCE).map(({ bytes, where }) => decodeImage(bytes, where, unpacking))));
  }
  return decoded.flat();
}

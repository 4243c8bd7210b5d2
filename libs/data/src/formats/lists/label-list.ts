import { posix } from 'node:path';
import type { ReadingNote } from '../../model/examples.js';
import { invalidData } from '../../invalid-data.js';
import { decodeInOwnSize, IMAGE_FILE } from '../images/decode-images.js';
import type { LabelledImages } from '../images/labelled-images.js';
import { findListedFiles } from './listed-files.js';
import type { PackedFile } from '../archives/packed-files.js';
import type { PackedImage } from '../images/packed-images.js';
import type { Unpacking } from '../archives/unpacking.js';

/** Name of a list of labels. */
const LABEL_LIST = /labels\.txt$/i;
/** A list that is for testing by its name: "mnist_m_test_labels.txt". */
const TEST_LIST = /(^|[^a-z])test([^a-z]|$)/i;

/** Images and the labels that a list gives them. */
export interface ListedImages {
  readonly images: readonly PackedImage[];
  readonly labels: readonly string[];
  readonly notes: readonly ReadingNote[];
}

/**
 * The images that a list of lines "file label" names, each found as `FileFinder` says. Those that are not there are named when they are
 * read.
 * @param files all files, in archives or not, as `findPackedFiles` gives them
 * @throws LetheError DATA_INVALID for lines of another kind
 */
export async function readLabelList(list: PackedFile, files: readonly PackedFile[]): Promise<ListedImages> {
  const rows = rowsOf(list, await list.read());
  const byPath = new Map(files.filter(({ path }) => IMAGE_FILE.test(path)).map((file) => [file.path, file]));
  const { files: found, notes } = findListedFiles({
    paths: [...byPath.keys()], list: list.path, roots: [], rules: 2,
    cells: rows.map(({ file }) => file), whereOf: (row) => (rows[row] as ListedRow).where,
  });
  const images = rows.map(({ where }, row): PackedImage => {
    const { file: name, fault } = found[row] as (typeof found)[number];
    const file = byPath.get(name);
    return { where, file: fault === null && file !== undefined ? file : { name, fault: fault ?? 'no such file' } };
  });
  return { images, labels: rows.map(({ label }) => label), notes };
}

/**
 * The list of labels among the files; of several, the one for testing.
 * @throws LetheError DATA_INVALID if there is none, or several could be meant
 */
function chooseTestList(folder: string, files: readonly PackedFile[]): PackedFile {
  const lists = files.filter(({ path }) => LABEL_LIST.test(path));
  const tests = lists.filter(({ path }) => TEST_LIST.test(posix.basename(path)));
  const [list, ...others] = lists.length > 1 ? tests : lists;
  if (list !== undefined && others.length === 0) return list;
  const found = lists.length === 0 ? 'none' : lists.map(({ path }) => path).join(' and ');
  throw invalidData(folder, 'a list of labels (…labels.txt with lines "file label"), or one of several for testing', found);
}

/**
 * Images of one size, out of a folder's files and those packed in it, with a list of lines "file label".
 * @throws LetheError DATA_INVALID naming line and file, DATA_TOO_LARGE
 */
export async function readListedImages(folder: string, files: readonly PackedFile[], unpacking: Unpacking): Promise<LabelledImages> {
  const list = chooseTestList(folder, files);
  const { images: listed, labels } = await readLabelList(list, files);
  const chosen = listed.map((image) => {
    const { file } = image;
    if ('fault' in file) throw invalidData(image.where, `an image in ${file.name}`, file.fault);
    return { read: file.read, where: `${image.where}, ${file.where}` };
  });
  const images = await decodeInOwnSize(chosen, unpacking);
  const shape = images[0]?.shape ?? { height: 0, width: 0, channels: 3 };
  const length = shape.height * shape.width * shape.channels;
  const joined = new Uint8Array(images.length * length);
  for (const [index, image] of images.entries()) {
    const { height, width } = image.shape;
    if (height !== shape.height || width !== shape.width) {
      const where = listed[index]?.where ?? folder;
      throw invalidData(where, `${shape.height} x ${shape.width} pixels like the first image`, `${height} x ${width}`);
    }
    joined.set(image.images, index * length);
  }
  return { images: joined, count: images.length, shape, labels };
}

interface ListedRow { readonly file: string; readonly label: string; readonly where: string }

function rowsOf({ where }: PackedFile, bytes: Buffer): ListedRow[] {
  const lines = bytes.toString('utf8').replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
    .map((line, index) => ({ cells: line.trim().split(/\s+/), where: `${where}, line ${index + 1}` }));
  const rows = lines.filter(({ cells }) => cells[0] !== '').map(({ cells, where: line }): ListedRow => {
    const [file = '', label = '', ...rest] = cells;
    if (label === '' || rest.length > 0) throw invalidData(line, 'a file and its label', JSON.stringify(cells.join(' ')));
    return { file, label, where: line };
  });
  if (rows.length === 0) throw invalidData(where, 'a line for each image', 'none');
  return rows;
}

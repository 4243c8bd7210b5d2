import { readdir } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import type { DataConfig, ReadingConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { Unpacking } from '../formats/archives/unpacking.js';
import { readIdx } from '../formats/arrays/idx-file.js';
import { readSvhnFile } from '../formats/arrays/svhn-file.js';
import { readUspsFile, USPS_FILES } from '../formats/arrays/usps-file.js';
import { openVectorFile, VECTOR_FILE } from '../formats/arrays/vector-file.js';
import { dataImageReader, findDataFiles, type DataFiles, type DataImage } from '../formats/data-files.js';
import { convertImages } from '../formats/images/convert-images.js';
import { IMAGE_FILE } from '../formats/images/decode-images.js';
import type { ImageArray } from '../formats/images/labelled-images.js';
import { findListedFiles } from '../formats/lists/listed-files.js';
import { requireFolder } from '../formats/lists/folder-files.js';
import { readTable } from '../formats/tables/table-files.js';
import { arrayReader, joinedReader } from '../inputs/input-readers.js';
import { invalidData } from '../invalid-data.js';
import { cellOf, type Column } from '../model/column.js';
import type { ReadingNote } from '../model/examples.js';
import { shapeInWords, type ImageShape, type InputReader } from '../model/inputs.js';
import { byCodeUnit } from '../name-order.js';
import type { ImagesPreprocessing } from '../preprocessing/preprocessing.js';
import { contentOf, findLists, type FoundList } from '../readers/find-lists.js';
import { listColumns } from '../readers/list-columns.js';
import { whatIsThere } from '../readers/what-is-there.js';
import { formOf, shapeOf } from './image-form.js';
import type { ExampleSource, HearNotes, UnseenExamples } from './unseen-examples.js';
import { unseenInputs } from './unseen-inputs.js';

/** A folder with images, and how the run reads them. */
export interface UnseenImages {
  readonly folder: string;
  readonly preprocessing: ImagesPreprocessing;
  readonly data: DataConfig;
  readonly hear: HearNotes;
}

/** Files with the images of a data set: IDX, MATLAB files like SVHN's, USPS as LIBSVM has it. */
const IDX_IMAGES = /idx3[-_.]u?byte(\.gz)?$/i;
const MATLAB_FILE = /\.mat$/i;
const USPS_NAMES = Object.values(USPS_FILES).flat();

function holdsImages(name: string): boolean {
  return IDX_IMAGES.test(name) || MATLAB_FILE.test(name) || VECTOR_FILE.test(name) || USPS_NAMES.includes(name);
}

/**
 * The images in a folder: those of files of arrays (IDX, npy, npz, safetensors, MATLAB, USPS) if there are any, else images in files, in
 * archives or not. Labels are not looked at.
 * @throws LetheError DATA_MISSING, DATA_INVALID, DATA_TOO_LARGE
 */
export async function openUnseenImages(asked: UnseenImages): Promise<UnseenExamples> {
  const { folder } = asked;
  await requireFolder(folder);
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(byCodeUnit);
  const arrays = names.filter(holdsImages);
  return arrays.length > 0 ? openArrays(arrays, asked) : openImageFiles(asked);
}

async function openArrays(names: readonly string[], { folder, preprocessing, data, hear }: UnseenImages): Promise<UnseenExamples> {
  const unpacking = new Unpacking(data.unpackedGiB);
  const readers: InputReader[] = [];
  for (const name of names) readers.push(await arrayImages(join(folder, name), preprocessing, unpacking));
  const sources = names.map((file, index) => ({ file, count: readers[index]?.count ?? 0 }));
  return unseenInputs({
    origin: names.length === 1 ? join(folder, names[0] as string) : folder, reader: joinedReader(readers), sourceOf: placed(sources),
    skipBad: 0, hear,
  });
}

/** The file of an example, and the place in it. */
function placed(files: readonly { readonly file: string; readonly count: number }[]): (example: number) => ExampleSource {
  return (example) => {
    let first = 0;
    for (const { file, count } of files) {
      if (example < first + count) return { file, row: example - first };
      first += count;
    }
    throw new RangeError(`there is no example ${example}`);
  };
}

async function arrayImages(path: string, wanted: ImagesPreprocessing, unpacking: Unpacking): Promise<InputReader> {
  const name = posix.basename(path);
  if (VECTOR_FILE.test(name)) return storedImages(path, wanted, unpacking);
  const images = await imagesOf(path, unpacking);
  expectShape(path, images.shape, wanted);
  return arrayReader(await convertImages(images, shapeOf(wanted)), shapeOf(wanted));
}

async function imagesOf(path: string, unpacking: Unpacking): Promise<ImageArray> {
  if (MATLAB_FILE.test(path)) return readSvhnFile(path, { unpacking });
  if (!IDX_IMAGES.test(path)) return readUspsFile(path, unpacking);
  const { dimensions: [count = 0, height = 0, width = 0], values } = await readIdx(path, 3, unpacking);
  return { images: values, count, shape: { height, width, channels: 1 } };
}

/** Images as bytes in a file that is read by pieces. */
async function storedImages(path: string, wanted: ImagesPreprocessing, unpacking: Unpacking): Promise<InputReader> {
  const reader = await openVectorFile(path, { unpacking });
  if (reader.values !== 'bytes') {
    throw invalidData(path, `images of ${shapeInWords(wanted)} as bytes`, `vectors of ${reader.shape.channels} numbers`);
  }
  expectShape(path, reader.shape, wanted);
  const shape = shapeOf(wanted);
  return {
    ...reader, shape,
    read: async (first, end) => {
      const { inputs, ...found } = await reader.read(first, end);
      const images = { images: inputs as Uint8Array, count: end - first, shape: reader.shape };
      return { ...found, inputs: await convertImages(images, shape) };
    },
  };
}

/** Only runs that have brought their own data to one size bring others to it. */
function expectShape(where: string, found: ImageShape, wanted: ImagesPreprocessing): void {
  if (wanted.resizes || shapeInWords(found) === shapeInWords(wanted)) return;
  throw invalidData(where, `images of ${shapeInWords(wanted)}, as the run was trained with`, `images of ${shapeInWords(found)}`);
}

/** Images in files are always brought to the run's size and colours. */
async function openImageFiles({ folder, preprocessing, data, hear }: UnseenImages): Promise<UnseenExamples> {
  const { reading } = data;
  const unpacking = new Unpacking(data.unpackedGiB);
  const files = await findDataFiles(folder, unpacking);
  const { images, notes } = await imagesIn(files, reading, unpacking);
  if (images.length === 0) {
    const expected = 'images (PNG, JPEG and others, in folders or archives), IDX files or arrays of bytes';
    throw new LetheError('DATA_MISSING', `${folder}: expected ${expected}, found ${whatIsThere(files.paths)}`, { details: { folder } });
  }
  hear([...files.notes, ...notes]);
  return unseenInputs({
    origin: folder, reader: dataImageReader(files, images, formOf(preprocessing, reading)), skipBad: reading.skipBad, hear,
    sourceOf: (example) => ({ file: images[example]?.path ?? '', row: null }),
  });
}

interface FoundImages { readonly images: readonly DataImage[]; readonly notes: readonly ReadingNote[] }

/** Those that a list names, if there is one, else all; in the order of their paths. */
async function imagesIn(files: DataFiles, reading: ReadingConfig, unpacking: Unpacking): Promise<FoundImages> {
  const { lists } = await findLists(files, { reading: forUnlabelled(reading), unpacking, needsLabel: false });
  const listed = lists.filter(({ bare }) => bare === null);
  if (listed.length === 0) {
    const paths = files.paths.filter((path) => IMAGE_FILE.test(path));
    return { images: paths.map((path): DataImage => ({ where: path, path, fault: null })), notes: [] };
  }
  const found: FoundImages[] = [];
  for (const list of listed) found.push(await imagesOfList(list, files, { reading, unpacking }));
  const images = found.flatMap((one) => one.images).sort((a, b) => byCodeUnit(a.path, b.path));
  const text = `the images that ${listed.map(({ path }) => path).join(' and ')} names are read`;
  return { images, notes: [{ kind: 'notice', text }, ...found.flatMap(({ notes }) => notes)] };
}

/** The columns of a user's own list need not be called as those of the run's; only its files count. */
function forUnlabelled(reading: ReadingConfig): ReadingConfig {
  return { ...reading, columns: { ...reading.columns, label: null, domain: null, split: null, group: null } };
}

async function imagesOfList(
  { path }: FoundList, files: DataFiles, { reading, unpacking }: { readonly reading: ReadingConfig; readonly unpacking: Unpacking },
): Promise<FoundImages> {
  const where = join(files.folder, path);
  const table = await readTable([where], { reading, unpacking, content: await contentOf(files, path) });
  const { file } = listColumns(table.columns.map(({ name }) => name), forUnlabelled(reading));
  const names = table.columns.map(({ name }) => name).join(', ');
  if (file === null) throw invalidData(where, 'a column with the names of the image files', names);
  const column = table.columns.find(({ name }) => name === file) as Column;
  const { files: found, notes } = findListedFiles({
    paths: files.paths, list: path, roots: [resolve(files.folder)], rules: 2, whereOf: table.whereOf,
    cells: Array.from({ length: table.count }, (_, row) => cellOf(column, row)),
  });
  const images = found.map((one, row): DataImage => ({ where: table.whereOf(row), path: one.file, fault: one.fault }));
  return { images, notes };
}

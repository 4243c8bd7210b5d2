import { join } from 'node:path';
import type { ReadingConfig } from '@lethe/config';
import { errorCode, errorMessage, LetheError } from '@lethe/errors';
import { groupsOf } from '../examples/group-draw.js';
import { testFromHeldOut } from '../examples/test-from-held-out.js';
import { findDataFiles, dataImageReader, type DataFiles } from '../formats/data-files.js';
import { findFile, requireFolder } from '../formats/lists/folder-files.js';
import { invalidData } from '../invalid-data.js';
import { TEST_SHARE, type Examples, type ReadingNote } from '../model/examples.js';
import { readClassFolders } from './class-folders.js';
import { findLists, LABELS_FILE, type FoundList } from './find-lists.js';
import { readImageList } from './image-list.js';
import { joinLists, type ListedImages } from './listed-images.js';
import type { Reader, ReaderOptions } from './reader.js';
import { whatIsThere } from './what-is-there.js';

/**
 * A folder of images: with a list of them, or in folders that are called as their classes are, and perhaps as their domains and splits;
 * in archives or not. Images come in the order of their paths.
 */
export const readImages: Reader<string> = async (folder, options) => {
  const { imageSize, channels, reading, unpacking } = options;
  if (imageSize === null) throw new TypeError('images in files have sizes of their own');
  await requireFolder(folder);
  const files = reading.rules === 1 ? await earlierFiles(folder) : await findDataFiles(folder, unpacking);
  const { origin, listed, where } = await listImages(files, options);
  const { images, splits, attributes, label, domain, group, columns } = listed;
  const shape = { height: imageSize, width: imageSize, channels };
  const parts = testFromHeldOut(splits);
  return {
    origin, count: images.length, attributes, label, domain, columns, features: [],
    inputs: dataImageReader(files, images, { shape, rules: reading.rules, background: reading.background }),
    splits: parts.splits, testShare: TEST_SHARE, weights: null, groups: group === null ? null : groupsOf(group),
    where: (image) => images[image]?.[where] ?? origin,
    notes: [...files.notes, ...listed.notes, ...parts.notes],
  } satisfies Examples;
};

/** Earlier runs read labels.csv, and the files that it names. */
async function earlierFiles(folder: string): Promise<DataFiles> {
  await findFile(folder, [LABELS_FILE]);
  return { folder, paths: [LABELS_FILE], packed: null, notes: [] };
}

interface FoundImages {
  readonly origin: string;
  readonly listed: ListedImages;
  /** What an example is called: the line of its list, or its path. */
  readonly where: 'where' | 'path';
}

async function listImages(files: DataFiles, options: ReaderOptions): Promise<FoundImages> {
  const { lists, notes } = await findLists(files, options);
  const read: ListedImages[] = [];
  for (const list of lists) read.push(await readImageList(list, files, options));
  const [only, second] = lists;
  if (only === undefined) expectNoColumns(files, options.reading);
  if (only === undefined) return { origin: files.folder, listed: inFolders(files, options.reading, notes), where: 'path' };
  const listed = joinLists(read);
  const said = { ...listed, notes: [...listNotes(files, lists, read), ...listed.notes] };
  return { origin: second === undefined ? join(files.folder, only.path) : files.folder, listed: said, where: 'where' };
}

/** Images in folders. Where there are none, the tables that are no lists may be what was meant: why they are none is said with it. */
function inFolders(files: DataFiles, reading: ReadingConfig, notes: readonly ReadingNote[]): ListedImages {
  try {
    return readClassFolders(files, reading, notes);
  } catch (error) {
    if (notes.length === 0 || errorCode(error) !== 'DATA_INVALID') throw error;
    const message = [errorMessage(error), ...notes.map(({ text }) => text)].join('; ');
    throw new LetheError('DATA_INVALID', message, { cause: error, details: { folder: files.folder } });
  }
}

/** Columns that settings name are those of a list. */
function expectNoColumns({ folder, paths }: DataFiles, { columns: { file, label } }: ReadingConfig): void {
  const said = [file, label].filter((name) => name !== null);
  if (said.length === 0) return;
  const expected = `a list of images with the column${said.length > 1 ? 's' : ''} ${said.join(' and ')}`;
  throw invalidData(folder, expected, whatIsThere(paths));
}

/** Which lists were read, unless it is the usual one. */
function listNotes({ folder }: DataFiles, lists: readonly FoundList[], read: readonly ListedImages[]): ReadingNote[] {
  if (lists[0]?.path === LABELS_FILE) return [];
  const shown = lists.map(({ path, split }, index) => {
    const part = split === null ? '' : ` ${split === 'held-out' ? 'held out' : `for ${split === 'train' ? 'training' : 'testing'}`}`;
    return `${path} (${read[index]?.images.length ?? 0} images${part})`;
  });
  return [{ kind: 'notice', text: `${folder}: images are listed in ${shown.join(' and ')}` }];
}

import { join } from 'node:path';
import { PLAIN_CELEBA, PLAIN_TABLE } from '@lethe/config';
import { errorCode, errorMessage } from '@lethe/errors';
import { findDataFiles } from '../formats/data-files.js';
import { ARCHIVE_FILE } from '../formats/archives/packed-files.js';
import type { Unpacking } from '../formats/archives/unpacking.js';
import { openMatlabFile } from '../formats/arrays/matlab-file.js';
import { USPS_FILES } from '../formats/arrays/usps-file.js';
import { IMAGE_FILE } from '../formats/images/decode-images.js';
import { invalidData } from '../invalid-data.js';
import { labelOf } from '../prepare/population.js';
import type { Examples, ReadingNote } from '../model/examples.js';
import { readCeleba } from '../readers/celeba/celeba.js';
import { ATTRIBUTE_FILE } from '../readers/celeba/celeba-lists.js';
import { readDigits } from '../readers/digits.js';
import { findLists } from '../readers/find-lists.js';
import { readIdxFolder } from '../readers/idx.js';
import { readImages } from '../readers/images.js';
import type { ReaderOptions } from '../readers/reader.js';
import { readSvhn } from '../readers/svhn.js';
import { readTableFolder } from '../readers/table.js';
import type { WantedRoles } from '../readers/table-columns.js';
import { readUnlabelledImages } from './unlabelled-images.js';

/** A folder to look into. */
export interface FolderToInspect {
  readonly folder: string;
  /** Visible files directly in it, in order. */
  readonly files: readonly string[];
  /** Whether there are images below it, in archives or not. */
  readonly hasImages: boolean;
  /** Which columns of tables are label and domain: of one population, those that settings name. */
  readonly roles: WantedRoles;
  readonly options: ReaderOptions & { readonly imageSize: number };
}

/** Data of one kind in a folder. */
export interface FoundData {
  /** In words: "IDX files", "a table". */
  readonly kind: string;
  readonly examples: Examples;
}

/**
 * Reads the data of one kind, if there are some.
 * @throws LetheError DATA_INVALID, DATA_MISSING, DATA_TOO_LARGE
 */
type KindReader = (inspected: FolderToInspect) => Promise<FoundData[]>;

const IDX_FILE = /[.-]idx\d-(u?byte|short|int|float|double)(\.gz)?$|\.idx(\.gz)?$/i;
const MATLAB_FILE = /\.mat$/i;
const SVHN_FILE = /_32x32\.mat$/i;
const TABLE_FILE = /\.(csv|tsv|tab|data|parquet|pq)(\.gz)?$/i;
/** Tables that a run finds by itself: it needs no names. */
const FOUND_TABLE = /^table\.|\.(csv|tsv|tab|parquet|pq)(\.gz)?$/i;

/** Whether a folder of this name stands for the file in it: programs that unpack make such folders. */
export function mayBeFolder(name: string): boolean {
  return IDX_FILE.test(name);
}

/** Whether a file says that its folder is a data set of its own: loose images do not. */
export function isDataFile(name: string): boolean {
  const isNamed = Object.values(USPS_FILES).some((names) => names.includes(name));
  const patterns = [IDX_FILE, MATLAB_FILE, TABLE_FILE, ARCHIVE_FILE, ATTRIBUTE_FILE, /labels\.txt$/i];
  return isNamed || patterns.some((pattern) => pattern.test(name));
}

const idx: KindReader = async ({ folder, files, options }) => {
  if (!files.some((file) => IDX_FILE.test(file))) return [];
  return [{ kind: 'IDX files', examples: await readIdxFolder(folder, { ...options, imageSize: null }) }];
};

const usps: KindReader = async ({ folder, files, options }) => {
  const file = files.find((name) => Object.values(USPS_FILES).some((names) => names.includes(name)));
  if (file === undefined) return [];
  return [{ kind: `USPS as text (${file})`, examples: await readDigits(folder, { ...options, imageSize: null }) }];
};

const svhn: KindReader = async ({ folder, files, options }) => {
  const file = files.find((name) => SVHN_FILE.test(name));
  if (file === undefined) return refuseMatlab(folder, files.filter((name) => MATLAB_FILE.test(name)), options.unpacking);
  return [{ kind: `SVHN (${file})`, examples: await readSvhn(folder, { ...options, imageSize: null }) }];
};

/** MATLAB files of other names are not read; what is in them is said. */
async function refuseMatlab(folder: string, files: readonly string[], unpacking: Unpacking): Promise<FoundData[]> {
  if (files.length === 0) return [];
  const found = await Promise.all(files.map(async (name) => {
    try {
      const { arrays } = await openMatlabFile(join(folder, name), unpacking);
      return `  ${name} with ${arrays.map((array) => array.name).join(', ') || 'no array of numbers'}`;
    } catch (error) {
      return `  ${errorMessage(error).replace(`${folder}/`, '')}`;
    }
  }));
  const expected = 'MATLAB files of images and their classes (X and y), named like train_32x32.mat and test_32x32.mat';
  throw invalidData(folder, expected, `\n${found.join('\n')}`);
}

const celeba: KindReader = async ({ folder, files, options }) => {
  if (!files.some((file) => ATTRIBUTE_FILE.test(file))) return [];
  return [{ kind: 'CelebA', examples: await readCeleba({ folder, config: PLAIN_CELEBA }, options) }];
};

/** Images with a list or in folders, and tables that are no lists of them. */
const imagesAndTables: KindReader = async (inspected) => {
  const { folder, files, hasImages, options } = inspected;
  if (files.some((file) => ATTRIBUTE_FILE.test(file))) return [];
  if (!hasImages) return tables(inspected);
  const found = await findDataFiles(folder, options.unpacking);
  const { lists } = await findLists(found, options);
  if (lists.length > 0) {
    return [{ kind: `images listed in ${lists.map(({ path }) => path).join(' and ')}`, examples: await readImages(folder, options) }];
  }
  const ofTables = files.some((file) => TABLE_FILE.test(file)) && found.packed === null ? await tables(inspected) : [];
  return [...await imagesInFolders(folder, options), ...ofTables];
};

/** Folders that do not say at least two classes say nothing. */
async function imagesInFolders(folder: string, options: FolderToInspect['options']): Promise<FoundData[]> {
  const refused: ReadingNote[] = [];
  const labelled = await readImages(folder, options).catch((error: unknown) => {
    if (errorCode(error) !== 'DATA_INVALID') throw error;
    refused.push({ kind: 'notice', text: `no run can learn classes from them: ${errorMessage(error)}` });
    return null;
  });
  if (labelled !== null && (labelOf(labelled)?.categories.length ?? 0) > 1) return [{ kind: 'images in folders', examples: labelled }];
  const examples = await readUnlabelledImages(folder, options);
  if (examples === null) return [];
  return [{ kind: 'images without labels', examples: { ...examples, notes: [...examples.notes, ...refused] } }];
}

const WITHOUT_LABEL: ReadingNote = { kind: 'notice', text: 'there is no column label: --label-column names another' };

/** Tables of one header are one table, and others one each. */
async function tables({ folder, files, roles, options }: FolderToInspect): Promise<FoundData[]> {
  const names = files.filter((file) => TABLE_FILE.test(file) || /^table\.txt(\.gz)?$/i.test(file));
  if (names.length === 0) return [];
  const open = async (only: readonly string[] | null): Promise<Examples> => {
    const examples = await readTableFolder({
      folder, roles,
      config: {
        ...PLAIN_TABLE, ...(roles === 'usual' ? { domainColumn: 'domain', labelColumn: 'label' } : {}),
        files: only?.map((file) => ({ file, domain: null, split: null })) ?? null,
      },
    }, options);
    return examples.label === null && roles === 'usual' ? { ...examples, notes: [...examples.notes, WITHOUT_LABEL] } : examples;
  };
  const [first = ''] = names;
  if (names.length === 1) return [{ kind: `a table (${first})`, examples: await open(FOUND_TABLE.test(first) ? null : names) }];
  try {
    const examples = await open(names.every((name) => FOUND_TABLE.test(name)) ? null : names);
    return [{ kind: `a table (${names.length} files)`, examples }];
  } catch (error) {
    if (errorCode(error) !== 'DATA_INVALID') throw error;
    const found: FoundData[] = [];
    for (const name of names) found.push({ kind: `a table (${name})`, examples: await open([name]) });
    return found;
  }
}

/** In the order in which they are asked; several may find data in one folder. */
export const KIND_READERS: readonly KindReader[] = [idx, usps, svhn, celeba, imagesAndTables];

/** Whether there are images among the files of a folder and the folders below. */
export function haveImages(paths: readonly string[]): boolean {
  return paths.some((path) => IMAGE_FILE.test(path) || ARCHIVE_FILE.test(path));
}

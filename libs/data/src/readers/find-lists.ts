import { join, posix } from 'node:path';
import { errorCode } from '@lethe/errors';
import { splitOfName } from '../examples/read-split.js';
import type { DataFiles } from '../formats/data-files.js';
import { IMAGE_FILE } from '../formats/images/decode-images.js';
import { readTable } from '../formats/tables/table-files.js';
import { readHeader } from '../formats/tables/table-header.js';
import type { Delimiter } from '../formats/tables/text-delimiter.js';
import { invalidData } from '../invalid-data.js';
import type { ReadingNote, Split } from '../model/examples.js';
import { listColumns } from './list-columns.js';
import type { ReaderOptions } from './reader.js';

/** The name of a list that wins over all others. */
export const LABELS_FILE = 'labels.csv';
export const TABLE_FILE = /\.(csv|tsv|txt|parquet)(\.gz)?$/i;
const PARQUET_FILE = /\.parquet$/i;
/** Lines "file 0" that say the split, as CelebA has them: no labels. */
const PARTITION = /partition|split/i;
/** More tables in one place are descriptions of single images. */
const MOST_TABLES = 50;

/** A list of images in a data folder. */
export interface FoundList {
  /** Relative to the folder. */
  readonly path: string;
  /** Null: a first line names the columns. Else lines are a file and its label, with this between them. */
  readonly bare: Delimiter | null;
  /** The part that all of its images are in, by its name or that of its folder; null: it does not say. */
  readonly split: Split | null;
}

export interface FoundLists {
  /** None: there is no list. */
  readonly lists: readonly FoundList[];
  readonly notes: readonly ReadingNote[];
}

/**
 * The list of a folder's images: labels.csv, else the only table that has a column of files and one of labels, or several of them if
 * their names say which splits they are. Those that are nearest to the folder count.
 * @throws LetheError DATA_INVALID naming the lists, if several could be meant
 */
export async function findLists(
  files: DataFiles, options: Pick<ReaderOptions, 'unpacking' | 'reading' | 'needsLabel'>,
): Promise<FoundLists> {
  if (files.paths.includes(LABELS_FILE)) return { lists: [{ path: LABELS_FILE, bare: null, split: null }], notes: [] };
  const tables = files.paths.filter((path) => TABLE_FILE.test(path));
  const depths = [...new Set(tables.map(depthOf))].sort((a, b) => a - b);
  const notes: ReadingNote[][] = [];
  for (const depth of depths) {
    const here = tables.filter((path) => depthOf(path) === depth);
    if (here.length > MOST_TABLES) continue;
    const looked = await Promise.all(here.map((path) => lookAt({ path, files, ...options })));
    const lists = looked.filter((list) => list !== null && list !== 'without labels');
    if (lists.length > 0) return { lists: chosen(files, lists), notes: [] };
    notes.push(here.filter((_, index) => looked[index] === 'without labels').map((path) => withoutLabels(join(files.folder, path))));
  }
  return { lists: [], notes: notes.flat() };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

interface Candidate extends Pick<ReaderOptions, 'unpacking' | 'reading' | 'needsLabel'> {
  readonly path: string;
  readonly files: DataFiles;
}

/** What a table is a list of; null: it is none of images. */
async function lookAt(candidate: Candidate): Promise<FoundList | 'without labels' | null> {
  try {
    const { path, files, reading, needsLabel } = candidate;
    const content = await contentOf(files, path);
    const split = splitOfName(path);
    const { cells, bare } = await headerOf(candidate, content);
    if (bare !== null) return PARTITION.test(posix.basename(path)) ? 'without labels' : { path, split, bare };
    const columns = listColumns(cells, reading);
    if (columns.file === null) return null;
    return columns.label === null && needsLabel ? 'without labels' : { path, split, bare: null };
  } catch (error) {
    if (errorCode(error) === 'DATA_INVALID') return null;
    throw error;
  }
}

/** Parquet has the names of its columns at its end; without a header, lines are a file and its label. */
async function headerOf(
  { path, files: { folder }, unpacking, reading }: Candidate, content: Buffer | null,
): Promise<{ readonly cells: readonly string[]; readonly bare: Delimiter | null }> {
  const file = join(folder, path);
  if (content === null && PARQUET_FILE.test(path)) {
    const { columns } = await readTable([file], { reading, unpacking });
    return { cells: columns.map(({ name }) => name), bare: null };
  }
  const { cells, delimiter } = await readHeader(file, { unpacking, content });
  return { cells, bare: bareDelimiter(cells, delimiter) };
}

/** The bytes of a list in an archive; null: it lies on disk. */
export async function contentOf({ packed }: DataFiles, path: string): Promise<Buffer | null> {
  return packed === null ? null : (await packed.get(path)?.read()) ?? null;
}

/** Lines "file label" begin with the name of an image, not with the name of a column. */
function bareDelimiter(cells: readonly string[], delimiter: Delimiter): Delimiter | null {
  const isBare = (parts: readonly string[]): boolean => parts.length === 2 && IMAGE_FILE.test(parts[0] ?? '');
  if (isBare(cells)) return delimiter;
  return cells.length === 1 && isBare((cells[0] ?? '').split(/\s+/)) ? ' ' : null;
}

function chosen({ folder }: DataFiles, lists: readonly FoundList[]): readonly FoundList[] {
  const [only] = lists;
  // One list is of all images, whatever its name is.
  if (only !== undefined && lists.length === 1) return [{ ...only, split: null }];
  const splits = lists.map(({ split }) => split);
  if (!splits.includes(null) && new Set(splits).size === lists.length) return lists;
  const expected = `one list of images (${LABELS_FILE}, if there are several), or lists named after train, val and test`;
  throw invalidData(folder, expected, lists.map(({ path }) => path).join(', '));
}

function withoutLabels(where: string): ReadingNote {
  const text = `${where} is not read as a list of images: it has no column of labels (label, class or category, or --label-column NAME)`;
  return { kind: 'warning', text };
}

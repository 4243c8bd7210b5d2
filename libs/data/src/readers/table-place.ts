import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { TableConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { flagValue } from '../columns/flag-value.js';
import { splitOfName } from '../examples/read-split.js';
import { findFile, requireFolder } from '../formats/lists/folder-files.js';
import { VECTOR_FILE } from '../formats/arrays/vector-file.js';
import { invalidData } from '../invalid-data.js';
import type { ReadingNote, Split } from '../model/examples.js';
import { byCodeUnit } from '../name-order.js';

/** Text of any delimiter, gzipped or not, or Parquet. A `.txt` may be anything, and is a table only if its name says so. */
const ONE_TABLE = /^table\.((csv|tsv|tab|txt|data)(\.gz)?|parquet|pq)$/i;
const TABLE_FILE = /\.((csv|tsv|tab)(\.gz)?|parquet|pq)$/i;
/** Arrays as other programs write them. */
const FOREIGN_VECTORS = /\.(pt|pth|pkl|pickle|h5|hdf5|mat)$/i;
const NAMES = 'table.csv (or .tsv, .txt, .parquet; text gzipped or not), or several tables of one header';

/** A file of a table, and the domain and the split of all of its rows; null: a column names it. */
export interface TableFile {
  readonly path: string;
  readonly domain: string | null;
  readonly split: Split | null;
}

/**
 * The files of a table: those that the settings name, else the folder's `table.*`, else all of its tables.
 * @param namesSaySplits whether names of several, such as train.csv and test.csv, say what their rows are for
 * @throws LetheError DATA_MISSING, DATA_INVALID
 */
export async function findTables(
  folder: string, { files: named }: Pick<TableConfig, 'files'>, { namesSaySplits }: { readonly namesSaySplits: boolean },
): Promise<readonly TableFile[]> {
  await requireFolder(folder);
  if (named !== null) return Promise.all(named.map(async ({ file, ...known }) => ({ path: await findFile(folder, [file]), ...known })));
  const names = await visibleNames(folder);
  const tables = names.filter((name) => ONE_TABLE.test(name));
  if (tables.length > 1) throw invalidData(folder, 'one file named table', tables.join(', '));
  const all = tables.length === 1 ? tables : names.filter((name) => TABLE_FILE.test(name));
  const splits = namesSaySplits ? splitsOfNames(all) : [];
  if (all.length > 0) {
    return Promise.all(all.map(async (name, index) => ({
      path: await findFile(folder, [name]), domain: null, split: splits[index] ?? null,
    })));
  }
  const found = names.length === 0 ? 'an empty folder' : `${names.slice(0, 10).join(', ')}${names.length > 10 ? ', ...' : ''}`;
  throw new LetheError('DATA_MISSING', `${folder}: expected ${NAMES}, found ${found}`, { details: { folder } });
}

/** None unless every file is for one, and some are to train. */
function splitsOfNames(names: readonly string[]): readonly Split[] {
  const splits = names.map(splitOfName).filter((split) => split !== null);
  const isSaid = splits.length === names.length && splits.includes('train') && new Set(splits).size > 1;
  return isSaid ? splits : [];
}

/**
 * The file of vectors beside a table; null: there is none.
 * @param named within the folder, or an absolute path; null: `features` with any of the endings that are read
 * @throws LetheError DATA_MISSING, DATA_INVALID
 */
export async function findVectors(folder: string, named: string | null): Promise<string | null> {
  if (named !== null) {
    const path = resolve(folder, named);
    return findFile(dirname(path), [basename(path)]);
  }
  const found = (await visibleNames(folder)).filter((name) => /^features\./i.test(name) && VECTOR_FILE.test(name));
  if (found.length > 1) throw invalidData(folder, 'one file of vectors (--vectors names it)', found.join(', '));
  return found[0] === undefined ? null : join(folder, found[0]);
}

/** Files in which vectors may be, of a folder none of whose files was read as such. */
export async function unreadVectors(folder: string): Promise<ReadingNote[]> {
  const names = await visibleNames(folder);
  const note = (name: string, way: string): ReadingNote => ({ kind: 'warning', text: `${join(folder, name)} is not read: ${way}` });
  return [
    ...names.filter((name) => VECTOR_FILE.test(name)).map((name) => note(name, `--vectors ${flagValue(name)} makes it the inputs`)),
    ...names.filter((name) => FOREIGN_VECTORS.test(name)).map((name) => (
      note(name, 'if it has a vector for each row, numpy.save("features.npy", array) makes a file that is')
    )),
  ];
}

async function visibleNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(byCodeUnit);
}

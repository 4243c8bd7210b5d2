import { join, posix, resolve } from 'node:path';
import { readColumns } from '../columns/read-columns.js';
import { repeatedIdentifiers } from '../columns/repeated-identifiers.js';
import { readSplit } from '../examples/read-split.js';
import type { DataFiles, DataImage } from '../formats/data-files.js';
import { findListedFiles } from '../formats/lists/listed-files.js';
import { readTable, type ReadTable } from '../formats/tables/table-files.js';
import { invalidData } from '../invalid-data.js';
import { cellOf, type Column, type RawTable } from '../model/column.js';
import type { ColumnDescription, ReadingNote, Split } from '../model/examples.js';
import { contentOf, type FoundList } from './find-lists.js';
import { columnNotes, expectColumns, listColumns, type ListColumns } from './list-columns.js';
import { inOrderOfPaths, type ListedImages } from './listed-images.js';
import type { ReaderOptions } from './reader.js';

const OUTSIDE = /^(\/|\.\.(\/|$))/;

type ListOptions = Pick<ReaderOptions, 'reading' | 'unpacking' | 'needsLabel'>;
type NamedColumns = ListColumns & { readonly file: string };

/**
 * The images that a list names, with all of its columns, in the order of their paths.
 * @throws LetheError DATA_INVALID, DATA_TOO_LARGE
 */
export async function readImageList(list: FoundList, files: DataFiles, options: ListOptions): Promise<ListedImages> {
  const where = join(files.folder, list.path);
  const read = await readRows(list, files, options);
  const header = read.columns.map(({ name }) => name);
  const columns = expectColumns(where, listColumns(header, options.reading), { ...options, header });
  const table = options.reading.rules === 1 ? onlyKnown(read, columns) : read;
  const { label, domain, group, others, notes, descriptions } = readColumns(table, options.reading, {
    label: columns.label, domain: columns.domain, group: columns.group, others: 'attributes', kinds: {}, classes: null, categories: {},
    skipped: [columns.file, ...(columns.split === null ? [] : [columns.split])],
  });
  const { images, notes: fileNotes } = findImages({ table, column: columns.file, list }, files, options);
  const attributes = [label, domain].filter((attribute) => attribute !== null);
  const identifiers = columns.group === null && options.reading.rules === 2 ? repeatedIdentifiers(others) : [];
  return inOrderOfPaths({
    images, attributes: [...attributes, ...others], label: columns.label, domain: columns.domain, group,
    splits: splitsOf(table, columns.split, list.split),
    columns: describeAll(header, columns, descriptions),
    notes: [...read.notes, ...(list.bare === null ? columnNotes(where, columns) : []), ...notes, ...identifiers, ...fileNotes],
  });
}

/** Of all columns in their order. */
function describeAll(
  header: readonly string[], { file, split }: NamedColumns, descriptions: readonly ColumnDescription[],
): readonly ColumnDescription[] {
  const own = [{ name: file, description: 'names of files' }, ...(split === null ? [] : [{ name: split, description: 'split' }])];
  const all = [...own, ...descriptions];
  const named = header.flatMap((name) => all.find((column) => column.name === name) ?? []);
  return [...named, ...all.filter(({ name }) => !header.includes(name))];
}

/** Lines without a header get one. */
async function readRows(list: FoundList, files: DataFiles, { reading, unpacking }: ListOptions): Promise<ReadTable> {
  const { path, bare } = list;
  const content = await contentOf(files, path);
  const table = await readTable([join(files.folder, path)], { reading, unpacking, header: bare === null, delimiter: bare, content });
  if (bare === null) return table;
  return { ...table, columns: table.columns.map((column, index) => ({ ...column, name: ['file', 'label'][index] ?? '' })) };
}

/** By the earlier rules, the first column of each name, and no others. */
function onlyKnown(table: RawTable, { file, label, domain, split, group }: NamedColumns): RawTable {
  const wanted = [file, label, domain, split, group].map((name) => table.columns.find((column) => column.name === name));
  return { ...table, columns: wanted.filter((column) => column !== undefined) };
}

interface FileColumn {
  readonly table: RawTable;
  readonly column: string;
  readonly list: FoundList;
}

function findImages(
  { table, column, list }: FileColumn, { folder, paths }: DataFiles, { reading }: ListOptions,
): { readonly images: readonly DataImage[]; readonly notes: readonly ReadingNote[] } {
  const cells = cellsOf(table, column);
  const empty = cells.indexOf('');
  if (empty >= 0) throw invalidData(table.whereOf(empty), 'a file name', 'an empty cell');
  const { files, notes } = findListedFiles({
    // Earlier runs looked for a file when they read it.
    paths: reading.rules === 1 ? cells.map((cell) => posix.normalize(cell)).filter((path) => !OUTSIDE.test(path)) : paths,
    list: list.path, roots: [resolve(folder)], rules: reading.rules, cells, whereOf: table.whereOf,
  });
  const doubled = files.findIndex(({ again }) => again !== undefined);
  // Twice it could be trained on and tested with, or have two labels.
  const before = files[doubled]?.again;
  if (before !== undefined) {
    throw invalidData(table.whereOf(doubled), 'every file once', `${cells[doubled] ?? ''} as in ${table.whereOf(before)}`);
  }
  const images = files.map(({ file, fault }, row): DataImage => ({
    where: table.whereOf(row), path: fault === null ? file : posix.normalize(file), fault,
  }));
  return { images, notes };
}

/** The parts that a column says, else the one that the name of the list says; null: none says it. */
function splitsOf(table: RawTable, column: string | null, ofList: Split | null): readonly Split[] | null {
  if (column === null) return ofList === null ? null : Array.from({ length: table.count }, () => ofList);
  return cellsOf(table, column).map((cell, row) => readSplit(table.whereOf(row), cell));
}

function cellsOf(table: RawTable, name: string): string[] {
  const column = table.columns.find((one) => one.name === name) as Column;
  return Array.from({ length: table.count }, (_, row) => cellOf(column, row));
}

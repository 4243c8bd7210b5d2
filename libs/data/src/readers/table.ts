import type { TableConfig } from '@lethe/config';
import { readColumnsInTurns } from '../columns/read-columns.js';
import { repeatedIdentifiers } from '../columns/repeated-identifiers.js';
import { groupsOf } from '../examples/group-draw.js';
import { readSplit, splitOf } from '../examples/read-split.js';
import { readTable, type ReadTable } from '../formats/tables/table-files.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import { cellOf, type RawTable } from '../model/column.js';
import type { ReadingNote, Split } from '../model/examples.js';
import type { Reader, ReaderOptions } from './reader.js';
import { nameColumns } from './table-columns.js';
import { findTables, findVectors, unreadVectors, type TableFiles } from './table-place.js';
import { openTableVectors, type TableVectors } from './table-vectors.js';

/** Tables are small: a half of each domain is for testing. */
const TEST_SHARE = 0.5;

/** A folder with tables, and what is known of them. */
export interface TableFolder {
  readonly folder: string;
  readonly config: TableConfig;
  /** Whether a table without labels and domains is read too: then it is looked at, and nothing learns from it. */
  readonly mayLackRoles?: boolean;
}

/**
 * Reads tables: a label column, perhaps columns of domains, splits and groups. The others are the inputs, unless a file of vectors lies
 * beside the table: then those are, and the others are attributes alone.
 */
export const readTableFolder: Reader<TableFolder> = async ({ folder, config, mayLackRoles = false }, options) => {
  const { reading } = options;
  const files = await findTables(folder, config.files);
  const table = await readTable(files.map(({ path }) => path), options);
  const columns = nameColumns(table, reading, { config, isDomainNamed: files.every(({ domain }) => domain !== null), mayLackRoles });
  const vectors = await findTableVectors({ folder, config }, table, options);
  const read = await readColumnsInTurns(table, reading, {
    ...columns,
    skipped: columns.split === null ? [] : [columns.split],
    others: vectors === null ? 'features' : 'attributes',
    kinds: config.columns ?? {},
    classes: config.classes,
  });
  const domain = mayLackRoles && read.domain === null ? null
    : domainOf({ table, files }, read.domain, new Set(table.columns.map(({ name }) => name)));
  const attributes = [read.label, domain, read.group].filter((attribute) => attribute !== null);
  return {
    origin: table.where, count: table.count, inputs: vectors?.inputs ?? null,
    features: vectors === null ? read.others : [],
    attributes: vectors === null ? attributes : [...attributes, ...read.others],
    label: columns.label, domain: domain?.name ?? null,
    splits: columns.split === null ? null : splitsOf(table, columns.split), testShare: TEST_SHARE,
    weights: null, groups: read.group === null ? null : groupsOf(read.group),
    notes: reading.rules === 1 ? [] : [
      ...filesNote(files), ...table.notes, ...columns.notes, ...vectors?.notes ?? await notedVectors({ folder, config }),
      ...read.notes,
      ...(read.group === null ? repeatedIdentifiers(read.others) : []),
    ],
    where: table.whereOf, columns: read.descriptions,
  };
};

async function findTableVectors(
  { folder, config }: TableFolder, table: RawTable, { reading, unpacking }: Pick<ReaderOptions, 'reading' | 'unpacking'>,
): Promise<TableVectors | null> {
  const isLookedFor = reading.vectors !== null || (reading.rules > 1 && config.files === null);
  const path = isLookedFor ? await findVectors(folder, reading.vectors) : null;
  return path === null ? null : openTableVectors(path, table, unpacking);
}

async function notedVectors({ folder, config }: TableFolder): Promise<ReadingNote[]> {
  return config.files === null ? unreadVectors(folder) : [];
}

interface TableAndFiles {
  readonly table: ReadTable;
  readonly files: TableFiles;
}

/** The domain of each row: that of its file, else the cell of the domain column. */
function domainOf({ table, files }: TableAndFiles, column: CategoryAttribute | null, taken: ReadonlySet<string>): CategoryAttribute {
  if (column !== null && files.every(({ domain }) => domain === null)) return column;
  const categories = [...new Set([...column?.categories ?? [], ...files.flatMap(({ domain }) => domain ?? [])])];
  const values = column?.values.slice() ?? new Uint32Array(table.count).fill(MISSING);
  for (const [index, { domain }] of files.entries()) {
    if (domain !== null) values.fill(categories.indexOf(domain), table.firstRows[index], table.firstRows[index + 1] ?? table.count);
  }
  const name = column?.name ?? (taken.has('domain') ? 'domain of the file' : 'domain');
  return { kind: 'category', name, categories, values };
}

function splitsOf(table: RawTable, name: string): Split[] {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new TypeError(`a column ${name} was found before`);
  const ofWord = column.words.map(splitOf);
  return Array.from(column.codes, (code, row) => ofWord[code] ?? readSplit(table.whereOf(row), cellOf(column, row)));
}

function filesNote(files: TableFiles): ReadingNote[] {
  if (files.length === 1 || files.some(({ domain }) => domain !== null)) return [];
  return [{ kind: 'notice', text: `${files.length} files are read as one table: ${files.map(({ path }) => path).join(', ')}` }];
}

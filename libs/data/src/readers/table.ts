import type { TableConfig } from '@lethe/config';
import { readColumnsInTurns } from '../columns/read-columns.js';
import { repeatedIdentifiers } from '../columns/repeated-identifiers.js';
import { groupsOf } from '../examples/group-draw.js';
import { readTable, type ReadTable } from '../formats/tables/table-files.js';
import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { RawTable } from '../model/column.js';
import type { ReadingNote } from '../model/examples.js';
import type { Reader, ReaderOptions } from './reader.js';
import { nameColumns, type WantedRoles } from './table-columns.js';
import { findTables, findVectors, unreadVectors, type TableFile } from './table-place.js';
import { tableSplits } from './table-splits.js';
import { openTableVectors, type TableVectors } from './table-vectors.js';

/** Shares of a table that are for testing: a half of each domain, as domains are small; a third of one population. */
const TEST_SHARES: Readonly<Record<WantedRoles, number>> = { needed: 1 / 2, usual: 1 / 2, said: 1 / 3 };

/** A folder with tables, and what is known of them. */
export interface TableFolder {
  readonly folder: string;
  readonly config: TableConfig;
  /** Which of its columns are label and domain: of a table of one population, those that settings name. */
  readonly roles: WantedRoles;
}

/**
 * Reads tables: a label column, perhaps columns of domains, splits and groups. The others are the inputs, unless a file of vectors lies
 * beside the table: then those are, and the others are attributes alone.
 */
export const readTableFolder: Reader<TableFolder> = async ({ folder, config, roles }, options) => {
  const { reading } = options;
  const files = await findTables(folder, config, { namesSaySplits: roles !== 'needed' });
  const table = await readFiles(files, config, options);
  const columns = nameColumns(table, reading, { config, isDomainNamed: files.every(({ domain }) => domain !== null), roles });
  const vectors = await findTableVectors({ folder, config }, table, options);
  const read = await readColumnsInTurns(table, reading, {
    ...columns,
    skipped: columns.split === null ? [] : [columns.split],
    others: vectors === null ? 'features' : 'attributes',
    kinds: config.columns ?? {},
    classes: config.classes,
    categories: config.categories ?? {},
  });
  const domain = domainOf({ table, files, config }, read.domain, roles);
  const attributes = [read.label, domain, read.group].filter((attribute) => attribute !== null);
  // A column says more than the names of files.
  const said = config.files === null && columns.split !== null ? files.map((file) => ({ ...file, split: null })) : files;
  const { splits, notes: splitNotes } = tableSplits(table, said, columns.split);
  return {
    origin: table.where, count: table.count, inputs: vectors?.inputs ?? null,
    features: vectors === null ? read.others : [],
    attributes: vectors === null ? attributes : [...attributes, ...read.others],
    label: columns.label, domain: domain?.name ?? null,
    splits, testShare: TEST_SHARES[roles],
    weights: null, groups: read.group === null ? null : groupsOf(read.group),
    notes: reading.rules === 1 ? [] : [
      ...filesNote(said), ...splitNotes, ...table.notes, ...columns.notes, ...vectors?.notes ?? await notedVectors({ folder, config }),
      ...read.notes,
      ...(read.group === null ? repeatedIdentifiers(read.others) : []),
    ],
    where: table.whereOf, columns: read.descriptions,
  };
};

/** Files without a header get the names that the settings give. */
async function readFiles(files: readonly TableFile[], { names }: TableConfig, options: ReaderOptions): Promise<ReadTable> {
  const table = await readTable(files.map(({ path }) => path), { ...options, header: names === null });
  if (names === null) return table;
  if (names.length !== table.columns.length) {
    const expected = `${names.length} columns, as data.table.names has them (${names.join(', ')})`;
    throw invalidData(table.where, expected, `${table.columns.length}`);
  }
  return { ...table, columns: table.columns.map((column, index) => ({ ...column, name: names[index] ?? '' })) };
}

type TablePlace = Pick<TableFolder, 'folder' | 'config'>;

async function findTableVectors(
  { folder, config }: TablePlace, table: RawTable, { reading, unpacking }: Pick<ReaderOptions, 'reading' | 'unpacking'>,
): Promise<TableVectors | null> {
  const isLookedFor = reading.vectors !== null || (reading.rules > 1 && config.files === null);
  const path = isLookedFor ? await findVectors(folder, reading.vectors) : null;
  return path === null ? null : openTableVectors(path, table, unpacking);
}

async function notedVectors({ folder, config }: TablePlace): Promise<ReadingNote[]> {
  return config.files === null ? unreadVectors(folder) : [];
}

interface TableAndFiles {
  readonly table: ReadTable;
  readonly files: readonly TableFile[];
  readonly config: TableConfig;
}

/** The domain of each row: that of its file, else the cell of the domain column; null: there is none, and none is needed. */
function domainOf(
  { table, files, config }: TableAndFiles, column: CategoryAttribute | null, roles: WantedRoles,
): CategoryAttribute | null {
  const isOfColumn = files.every(({ domain }) => domain === null);
  if (isOfColumn && (column !== null || roles !== 'needed')) return column;
  const categories = [...new Set([...column?.categories ?? [], ...files.flatMap(({ domain }) => domain ?? [])])];
  const values = column?.values.slice() ?? new Uint32Array(table.count).fill(MISSING);
  for (const [index, { domain }] of files.entries()) {
    if (domain !== null) values.fill(categories.indexOf(domain), table.firstRows[index], table.firstRows[index + 1] ?? table.count);
  }
  const taken = new Set(table.columns.map(({ name }) => name));
  const free = [config.domainColumn ?? 'domain', 'domain of the file'].find((name) => !taken.has(name));
  return { kind: 'category', name: column?.name ?? free ?? 'domain', categories, values };
}

function filesNote(files: readonly TableFile[]): ReadingNote[] {
  if (files.length === 1 || files.some(({ domain, split }) => domain !== null || split !== null)) return [];
  return [{ kind: 'notice', text: `${files.length} files are read as one table: ${files.map(({ path }) => path).join(', ')}` }];
}

import type { TableConfig } from '@lethe/config';
import { readSplit, type SplittableRow } from '../examples/test-split.js';
import { readCsv, type CsvRow } from '../formats/csv-file.js';
import { findFile, requireFolder } from '../formats/folder-files.js';
import { invalidData } from '../invalid-data.js';
import { categoryAttribute, type Attribute } from '../model/attributes.js';
import type { Examples } from '../model/examples.js';

/** Cells whose value is not known. */
const MISSING: ReadonlySet<string> = new Set(['', '?', 'NA', 'NaN']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SPLIT_COLUMN = 'split';
/** Tables are small: a half of each domain is for testing. */
const TEST_SHARE = 0.5;
const DOMAIN = 'domain';

type ColumnKind = 'numeric' | 'categorical';

interface TableRow extends SplittableRow {
  readonly where: string;
  readonly domain: string;
  /** Cells of the table's columns, in their order; null: missing. */
  readonly cells: readonly (string | null)[];
}

/** Reads CSV files with a header: a label column, perhaps a domain column and a split column; the others are features. */
export async function readTable({ folder, config }: { readonly folder: string; readonly config: TableConfig }): Promise<Examples> {
  await requireFolder(folder);
  const files: FileRows[] = [];
  const listed = config.files ?? [{ file: 'table.csv', domain: null }];
  for (const { file, domain } of listed) files.push(await readFileRows(await findFile(folder, [file]), domain, config));
  const [first] = files;
  if (first === undefined) throw new TypeError('a table has at least one file');
  for (const { where, features } of files) {
    if (features.join() === first.features.join()) continue;
    throw invalidData(where, `the columns of ${first.where} (${first.features.join(', ')})`, features.join(', '));
  }
  const rows = files.flatMap((file) => file.rows);
  const features = first.features.flatMap((name, index): Attribute[] => {
    const cells = rows.map((row) => row.cells[index] ?? null);
    if (config.columns?.[name] === 'ignored') return [];
    if (kindOf(name, cells, config) === 'categorical') return [categoryAttribute(name, cells)];
    return [{ kind: 'number', name, values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))) }];
  });
  return {
    origin: first.where, count: rows.length, inputs: null, features,
    attributes: [
      categoryAttribute(config.labelColumn, rows.map(({ label }) => label)),
      categoryAttribute(DOMAIN, rows.map(({ domain }) => domain)),
    ],
    label: config.labelColumn, domain: DOMAIN,
    splits: rows.some(({ split }) => split !== undefined) ? rows.map(({ split }) => split ?? 'train') : null, testShare: TEST_SHARE,
    weights: null, groups: null, columns: [], notes: [], where: (row) => rows[row]?.where ?? '',
  };
}

interface FileRows {
  readonly where: string;
  readonly features: readonly string[];
  readonly rows: readonly TableRow[];
}

async function readFileRows(where: string, domain: string | null, config: TableConfig): Promise<FileRows> {
  const [header, ...lines] = await readCsv(where);
  const names = header?.cells ?? [];
  const columnOf = (name: string): number => {
    const column = names.indexOf(name);
    const found = names.length === 0 ? 'an empty file' : names.join(', ');
    if (column < 0) throw invalidData(where, `a column ${name} in the first line`, found);
    return column;
  };
  if (new Set(names).size !== names.length) throw invalidData(where, 'every column once', names.join(', '));
  const label = columnOf(config.labelColumn);
  const domainColumn = domain === null ? columnOf(config.domainColumn ?? 'domain') : names.indexOf(config.domainColumn ?? '');
  const split = names.indexOf(SPLIT_COLUMN);
  const features = [...names.keys()].filter((column) => column !== label && column !== domainColumn && column !== split);
  for (const name of Object.keys(config.columns ?? {})) columnOf(name);
  const rows = lines.map(({ line, cells }): TableRow => {
    const at = `${where}, line ${line}`;
    const ownDomain = domain ?? cells[domainColumn] ?? '';
    if (ownDomain === '') throw invalidData(at, 'a domain', 'an empty cell');
    return {
      where: at,
      domain: ownDomain,
      label: classOf(at, canonical(cells[label] ?? ''), config),
      split: split < 0 ? undefined : readSplit(at, cells[split] ?? ''),
      cells: features.map((column) => featureCell(cells[column] ?? '')),
    };
  });
  if (rows.length === 0) throw invalidData(where, 'a row for each example below the header', 'none');
  const featureNames = features.map((column) => names[column] ?? '');
  checkNumbers(where, { features: featureNames, lines, columns: features, config });
  return { where, features: featureNames, rows };
}

function classOf(where: string, cell: string, { classes, labelColumn }: TableConfig): string | null {
  if (MISSING.has(cell)) return null;
  if (classes === null) return cell;
  const found = Object.entries(classes).find(([, cells]) => cells.includes(cell));
  if (found !== undefined) return found[0];
  throw invalidData(where, `${labelColumn} to be ${Object.values(classes).flat().join(', ')}`, JSON.stringify(cell));
}

function featureCell(cell: string): string | null {
  return MISSING.has(cell) ? null : canonical(cell);
}

/** One spelling for 1, 1.0 and +1, since files differ in how they write a number. */
function canonical(cell: string): string {
  return NUMBER.test(cell) ? String(Number(cell)) : cell;
}

interface NumberCheck {
  readonly features: readonly string[];
  readonly lines: readonly CsvRow[];
  readonly columns: readonly number[];
  readonly config: TableConfig;
}

/** A column that the configuration calls numeric must be. */
function checkNumbers(where: string, { features, lines, columns, config }: NumberCheck): void {
  for (const [index, name] of features.entries()) {
    if (config.columns?.[name] !== 'numeric') continue;
    for (const { line, cells } of lines) {
      const cell = cells[columns[index] ?? 0] ?? '';
      if (MISSING.has(cell) || NUMBER.test(cell)) continue;
      throw invalidData(`${where}, line ${line}`, `a number in ${name}`, JSON.stringify(cell));
    }
  }
}

function kindOf(name: string, cells: readonly (string | null)[], { columns }: TableConfig): ColumnKind {
  const configured = columns?.[name];
  if (configured === 'numeric' || configured === 'categorical') return configured;
  return cells.every((cell) => cell === null || NUMBER.test(cell)) ? 'numeric' : 'categorical';
}

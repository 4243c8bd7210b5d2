import { isAbsolute, join, normalize, sep } from 'node:path';
import type { ImageShape } from '../model/inputs.js';
import { readSplit } from '../examples/test-split.js';
import { invalidData as invalid } from '../invalid-data.js';
import { byCodeUnit } from '../name-order.js';
import { readCsv, type CsvRow } from './csv-file.js';
import { decodeImages } from './decode-images.js';
import { findFile } from './folder-files.js';

/** One row of labels.csv. */
export interface LabelledFile {
  /** Line of labels.csv, from 1, for messages. */
  readonly line: number;
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  /** Null: not known, which only images of several populations may be. */
  readonly label: string | null;
  /** Undefined when the table has no such column. */
  readonly domain: string | undefined;
  /** Undefined when the table has no such column. */
  readonly split: 'train' | 'test' | undefined;
}

export const LABELS_FILE = 'labels.csv';

/**
 * The rows of a folder's labels.csv (columns file, label and, if wanted, split and domain; others are ignored) by file name.
 * With a domain column, labels may be left empty.
 * @throws LetheError DATA_MISSING, DATA_INVALID naming the line
 */
export async function readLabelsCsv(folder: string): Promise<LabelledFile[]> {
  const table = await findFile(folder, [LABELS_FILE]);
  const records = await readCsv(table);
  const [header, ...rows] = records;
  const columns = readHeader(table, header?.cells ?? []);
  if (rows.length === 0) throw invalid(table, 'a row for each image below the header', 'none');
  const files = rows.map((row) => readRow(table, columns, row));
  checkDistinct(table, files);
  return files.sort((a, b) => byCodeUnit(a.file, b.file));
}

interface Columns {
  readonly file: number;
  readonly label: number;
  readonly split: number | undefined;
  readonly domain: number | undefined;
}

function readHeader(table: string, names: readonly string[]): Columns {
  const columnOf = (name: string): number | undefined => {
    const column = names.indexOf(name);
    return column < 0 ? undefined : column;
  };
  const [file, label] = [columnOf('file'), columnOf('label')];
  if (file === undefined || label === undefined) {
    const found = names.length === 0 ? 'an empty file' : names.join(',');
    throw invalid(table, 'a first line with the columns file,label[,split][,domain]', found);
  }
  return { file, label, split: columnOf('split'), domain: columnOf('domain') };
}

function readRow(table: string, columns: Columns, { line, cells }: CsvRow): LabelledFile {
  const where = `${table}, line ${line}`;
  const file = cells[columns.file] ?? '';
  const label = cells[columns.label] ?? '';
  if (file === '') throw invalid(where, 'a file name', 'an empty cell');
  const domain = columns.domain === undefined ? undefined : (cells[columns.domain] ?? '');
  if (domain === '') throw invalid(where, `the domain of ${file}`, 'an empty cell');
  if (label === '' && domain === undefined) throw invalid(where, `a label for ${file}`, 'an empty cell');
  const path = normalize(file);
  if (isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`)) throw invalid(where, 'a file inside the data folder', file);
  const split = columns.split === undefined ? undefined : readSplit(where, cells[columns.split] ?? '');
  return { line, file: path.split(sep).join('/'), label: label === '' ? null : label, split, domain };
}

/** An image twice could be trained on and tested with, or carry two labels. */
function checkDistinct(table: string, files: readonly LabelledFile[]): void {
  const lineOf = new Map<string, number>();
  for (const { file, line } of files) {
    const before = lineOf.get(file);
    if (before !== undefined) throw invalid(`${table}, line ${line}`, 'every file once', `${file} as in line ${before}`);
    lineOf.set(file, line);
  }
}

/** The domains of the rows, in the order in which they first come. */
export function listedDomains(files: readonly LabelledFile[]): string[] {
  return [...new Set(files.map(({ domain }) => domain))].filter((domain) => domain !== undefined);
}

/**
 * Decodes the images of some rows of a folder's labels.csv to one shape, in the rows' order.
 * @throws LetheError DATA_MISSING or DATA_INVALID naming line and file
 */
export async function decodeListedImages(folder: string, files: readonly LabelledFile[], shape: ImageShape): Promise<Uint8Array> {
  const table = join(folder, LABELS_FILE);
  return decodeImages(files.map(({ file, line }) => ({ path: join(folder, file), where: `${table}, line ${line}` })), shape);
}

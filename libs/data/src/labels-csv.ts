import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { LetheError } from '@lethe/errors';
import { CsvError, parse } from 'csv-parse/sync';
import { byCodeUnit } from './class-names.js';
import { findFile } from './folder-files.js';

export type Split = 'train' | 'test';

/** One row of labels.csv. */
export interface LabelledFile {
  /** Line of labels.csv, from 1, for messages. */
  readonly line: number;
  /** Path relative to the folder, with forward slashes. */
  readonly file: string;
  readonly label: string;
  /** Undefined when the table has no such column. */
  readonly split: Split | undefined;
}

export const LABELS_FILE = 'labels.csv';

/**
 * The rows of a folder's labels.csv (columns file, label and, if wanted, split; others are ignored) by file name.
 * @throws LetheError DATA_MISSING, DATA_INVALID naming the line
 */
export async function readLabelsCsv(folder: string): Promise<LabelledFile[]> {
  const table = await findFile(folder, [LABELS_FILE]);
  const records = parseTable(table, await readFile(table, 'utf8'));
  const [header, ...rows] = records;
  const columns = readHeader(table, header?.cells ?? []);
  if (rows.length === 0) throw invalid(table, 'a row for each image below the header', 'none');
  const files = rows.map((row) => readRow(table, columns, row));
  checkDistinct(table, files);
  return files.sort((a, b) => byCodeUnit(a.file, b.file));
}

interface TableRow { readonly line: number; readonly cells: readonly string[] }
interface Columns { readonly file: number; readonly label: number; readonly split: number | undefined }

function parseTable(table: string, text: string): TableRow[] {
  try {
    const records = parse(text, { bom: true, trim: true, skip_empty_lines: true, info: true });
    return (records as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new LetheError('DATA_INVALID', `${table}: expected comma-separated rows of one length`, { cause, details: { file: table } });
  }
}

function readHeader(table: string, names: readonly string[]): Columns {
  const columnOf = (name: string): number | undefined => {
    const column = names.indexOf(name);
    return column < 0 ? undefined : column;
  };
  const [file, label, split] = [columnOf('file'), columnOf('label'), columnOf('split')];
  if (file === undefined || label === undefined) {
    throw invalid(table, 'a first line with the columns file,label[,split]', names.length === 0 ? 'an empty file' : names.join(','));
  }
  return { file, label, split };
}

function readRow(table: string, columns: Columns, { line, cells }: TableRow): LabelledFile {
  const where = `${table}, line ${line}`;
  const file = cells[columns.file] ?? '';
  const label = cells[columns.label] ?? '';
  if (file === '') throw invalid(where, 'a file name', 'an empty cell');
  if (label === '') throw invalid(where, `a label for ${file}`, 'an empty cell');
  const path = normalize(file);
  if (isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`)) throw invalid(where, 'a file inside the data folder', file);
  const split = columns.split === undefined ? undefined : readSplit(where, cells[columns.split] ?? '');
  return { line, file: path.split(sep).join('/'), label, split };
}

function readSplit(where: string, split: string): Split {
  if (split === 'train' || split === 'test') return split;
  throw invalid(where, 'the split train or test', JSON.stringify(split));
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

function invalid(where: string, expected: string, found: string): LetheError {
  return new LetheError('DATA_INVALID', `${where}: expected ${expected}, found ${found}`, { details: { where, expected, found } });
}

/** Where a row's image lies. */
export function imagePath(folder: string, { file }: LabelledFile): string {
  return join(folder, file);
}

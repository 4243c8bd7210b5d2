import { readFile } from 'node:fs/promises';
import { LetheError } from '@lethe/errors';
import { CsvError, parse } from 'csv-parse/sync';

/** A row of a CSV file and its line, from 1. */
export interface CsvRow { readonly line: number; readonly cells: readonly string[] }

/**
 * The rows of a CSV file, its header among them, trimmed.
 * @throws LetheError DATA_INVALID when rows differ in length or the file is no text of this kind
 */
export async function readCsv(file: string): Promise<CsvRow[]> {
  const text = await readFile(file, 'utf8');
  try {
    const records: unknown = parse(text, { bom: true, trim: true, skip_empty_lines: true, info: true });
    return (records as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new LetheError('DATA_INVALID', `${file}: expected comma-separated rows of one length`, { cause, details: { file } });
  }
}

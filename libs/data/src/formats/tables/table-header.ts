import { CsvError, parse } from 'csv-parse/sync';
import { findDelimiter, type Delimiter } from './text-delimiter.js';
import { readText } from './text-encoding.js';
import type { Unpacking } from '../archives/unpacking.js';

/** Characters that are looked at; a header that is longer is none of a list of images. */
const MOST_CHARACTERS = 1 << 16;

/** The beginning of a table as text. */
export interface TableHeader {
  /** The cells of the first line, trimmed. */
  readonly cells: readonly string[];
  readonly delimiter: Delimiter;
}

/**
 * The first line of a table as text, without reading the rest.
 * @param content the bytes of a file that does not lie on disk; null: it does
 * @throws LetheError DATA_INVALID for what is no text
 */
export async function readHeader(file: string, { unpacking, content }: HeaderOptions): Promise<TableHeader> {
  const { pieces } = await readText(file, { unpacking, content, isLenient: false });
  let start = '';
  for await (const piece of pieces) {
    start += piece;
    if (start.length >= MOST_CHARACTERS) break;
  }
  start = start.slice(0, MOST_CHARACTERS);
  const delimiter = findDelimiter(start);
  return { delimiter, cells: firstRecord(start, delimiter) };
}

export interface HeaderOptions { readonly unpacking: Unpacking; readonly content: Buffer | null }

function firstRecord(start: string, delimiter: Delimiter): string[] {
  const line = start.trimStart().split(/\r\n|\r|\n/, 1)[0] ?? '';
  try {
    const records: unknown = parse(line, { delimiter, trim: true, relax_quotes: true });
    return (records as string[][])[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError) return []; // a header over several lines: of no list that is looked for
    throw error;
  }
}

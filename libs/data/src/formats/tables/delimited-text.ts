import type { ReadingConfig } from '@lethe/config';
import type { LetheError } from '@lethe/errors';
import { CsvError, Parser } from 'csv-parse';
import { invalidData } from '../../invalid-data.js';
import type { ReadingNote } from '../../model/examples.js';
import type { ColumnBuilder } from './column-builder.js';
import type { TableBuilder } from './table-builder.js';
import { DELIMITER_NAMES, findDelimiter, type Delimiter } from './text-delimiter.js';
import { readText, type TextPieces } from './text-encoding.js';
import type { Unpacking } from '../archives/unpacking.js';

/** Characters of a row at most: more are a quote that is never closed, or no table. */
const LONGEST_ROW = 2 ** 23;
/** Characters from the start of a file that its delimiter is looked for in. */
const START_LENGTH = 1 << 16;
/** Rows of another length after which reading ends. */
const MOST_UNEVEN = 1000;
/** Characters that are parsed at once. */
const SLICE_LENGTH = 1 << 15;
/** The first half of a character that JavaScript keeps as two. */
const FIRST_HALF = /[\ud800-\udbff]/;
const WEB_PAGE = /^\s*<(!doctype html|html|head|body|\?xml|!--)/i;

export interface TextTableOptions {
  readonly unpacking: Unpacking;
  /** Whether the first line has the names of the columns; else they have none. */
  readonly header: boolean;
  /** Null: to be found. A blank: runs of blanks and tabs. */
  readonly delimiter: Delimiter | null;
  /** The bytes of a file that does not lie on disk; null: it does. */
  readonly content: Buffer | null;
}

/** A row of a table as text. */
export interface TextRow {
  readonly cells: readonly string[];
  /** In which it begins. */
  readonly line: number;
}

/** A table as text that is being read. */
export interface TextRows {
  /** The rows, the header among them, as the pieces of the file hold them. */
  readonly rows: AsyncGenerator<readonly TextRow[]>;
  /** Bytes of the file, packed where it is, that have been read so far. */
  readonly bytesRead: () => number;
  /** What there is to say about how the rows were read: once they are. */
  readonly notes: () => ReadingNote[];
}

/**
 * Reads a table as text by pieces, so that a file of any size can be read: CSV with any delimiter and any ends of lines.
 * @throws LetheError DATA_INVALID naming the line, DATA_TOO_LARGE
 */
export async function readDelimitedText(file: string, table: TableBuilder, options: TextTableOptions): Promise<ReadingNote[]> {
  const { rows, notes } = await openDelimitedText(file, { ...options, rules: table.reading.rules });
  const added = new TableRows(file, table, options.header);
  for await (const piece of rows) for (const { cells, line } of piece) added.add(cells, line);
  added.finish();
  return notes();
}

/** The same as a stream of rows. @throws LetheError DATA_INVALID, DATA_TOO_LARGE, also while the rows are read */
export async function openDelimitedText(
  file: string, options: Omit<TextTableOptions, 'header'> & Pick<ReadingConfig, 'rules'>,
): Promise<TextRows> {
  const { unpacking, content, rules } = options;
  const text = await readText(file, { unpacking, content, isLenient: rules === 1 });
  const { start, pieces } = await withStart(text);
  if (start.trim() === '') throw invalidData(file, 'a table', 'an empty file');
  if (WEB_PAGE.test(start)) throw invalidData(file, 'a table as text', 'a web page (perhaps of an error or a login) saved under this name');
  const delimiter = options.delimiter ?? (rules === 1 ? ',' : findDelimiter(start));
  return {
    rows: parsedRows(file, pieces, delimiter), bytesRead: text.bytesRead,
    notes: () => [...encodingNotes(file, text.encoding()), ...delimiterNotes(file, delimiter, options)],
  };
}

function encodingNotes(file: string, encoding: string): ReadingNote[] {
  if (encoding === 'utf-8') return [];
  const why = encoding === 'windows-1252' ? 'Latin-1 (windows-1252), as it is no UTF-8' : encoding.toUpperCase();
  return [{ kind: 'notice', text: `${file}: read as ${why}` }];
}

function delimiterNotes(file: string, delimiter: Delimiter, options: Pick<TextTableOptions, 'delimiter'>): ReadingNote[] {
  if (delimiter === ',' || options.delimiter !== null) return [];
  return [{ kind: 'notice', text: `${file}: cells are separated by ${DELIMITER_NAMES[delimiter]}` }];
}

/** Reads the first characters, and passes all on. */
async function withStart({ pieces }: TextPieces): Promise<{ start: string; pieces: AsyncGenerator<string> }> {
  let start = '';
  while (start.length < START_LENGTH) {
    const next = await pieces.next();
    if (next.done === true) break;
    start += next.value;
  }
  const all = async function *(): AsyncGenerator<string> {
    if (start !== '') yield start;
    yield *pieces;
  };
  return { start: start.slice(0, START_LENGTH), pieces: all() };
}

/**
 * The rows of each piece. Ends where no row comes to an end: the parser itself bounds the text of cells alone, not how many empty ones
 * there are, nor how many empty lines.
 */
async function *parsedRows(file: string, pieces: AsyncIterable<string>, delimiter: Delimiter): AsyncGenerator<readonly TextRow[]> {
  let [found, lastLine, waiting]: [TextRow[], number, number] = [[], 0, 0];
  const parser = new RowParser(delimiter, (cells, line) => {
    found.push({ cells, line });
    lastLine = line;
  });
  parser.on('error', () => undefined); // whoever writes is told as well
  try {
    for await (const piece of pieces) {
      if (waiting > LONGEST_ROW) throw endlessRow(`${file}, below line ${lastLine}`);
      for (const slice of slices(piece)) {
        await written((done) => parser.write(slice, done));
        waiting += slice.length;
        if (found.length === 0) continue;
        yield found;
        [found, waiting] = [[], 0];
      }
    }
    await written((done) => parser.end(done));
    if (found.length > 0) yield found;
  } catch (error) {
    throw parseError(file, error, lastLine);
  } finally {
    parser.destroy();
  }
}

/** Few rows at a time: whoever reads them may want no more. No character is cut. */
function *slices(piece: string): Generator<string> {
  for (let start = 0; start < piece.length;) {
    const isCut = FIRST_HALF.test(piece[start + SLICE_LENGTH - 1] ?? '');
    const end = start + SLICE_LENGTH + (isCut ? 1 : 0);
    yield piece.slice(start, end);
    start = end;
  }
}

function written(write: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    write((error) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    });
  });
}

function endlessRow(where: string): LetheError {
  return invalidData(where, `rows of at most ${LONGEST_ROW} characters`, 'a longer one (a quote that is not closed, or no table)');
}

/** Passes rows on in the moment in which they are found, with the line that each begins in. */
class RowParser extends Parser {
  readonly #onRow: (cells: string[], line: number) => void;
  readonly #joinsBlanks: boolean;
  #nextLine = 1;
  #countedLines = 0;
  #emptyLines = 0;

  constructor(delimiter: Delimiter, onRow: (cells: string[], line: number) => void) {
    super({
      delimiter: delimiter === ' ' ? [' ', '\t'] : delimiter, record_delimiter: ['\r\n', '\n', '\r'], ltrim: delimiter !== ' ',
      rtrim: delimiter !== ' ', relax_quotes: true, relax_column_count: true, skip_empty_lines: true, max_record_size: LONGEST_ROW,
    });
    this.#onRow = onRow;
    this.#joinsBlanks = delimiter === ' ';
  }

  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null);
    const { lines, empty_lines: emptyLines } = this.info;
    const skipped = emptyLines - this.#emptyLines;
    const line = this.#nextLine + skipped;
    // The parser counts the two characters of an end of line within quotes twice.
    const inQuotes = lines - this.#countedLines - skipped === 1 ? 0 : record.reduce((sum, cell) => sum + endsOfLines(cell), 0);
    this.#nextLine = line + 1 + inQuotes;
    this.#countedLines = lines;
    this.#emptyLines = emptyLines;
    const cells = this.#joinsBlanks ? record.filter((cell) => cell !== '') : record;
    if (cells.length > 0) this.#onRow(cells, line);
    return true;
  }
}

function endsOfLines(cell: string): number {
  return cell.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** Checks the rows of a file and adds them to the table. */
class TableRows {
  readonly #file: string;
  readonly #table: TableBuilder;
  readonly #hasHeader: boolean;
  readonly #uneven: { line: number; cells: number }[] = [];
  #columns: readonly ColumnBuilder[] | null = null;
  #count = 0;

  constructor(file: string, table: TableBuilder, hasHeader: boolean) {
    this.#file = file;
    this.#table = table;
    this.#hasHeader = hasHeader;
  }

  add(cells: readonly string[], line: number): void {
    if (this.#columns === null) {
      this.#columns = this.#table.begin(this.#file, this.#hasHeader ? cells : cells.map(() => ''), 'line');
      if (this.#hasHeader) return;
    }
    if (cells.length !== this.#columns.length) {
      this.#uneven.push({ line, cells: cells.length });
      if (this.#uneven.length > MOST_UNEVEN) this.#refuseUneven();
      return;
    }
    this.#columns.forEach((column, index) => { column.push(cells[index] ?? ''); });
    this.#table.endRow(line);
    this.#count += 1;
  }

  finish(): void {
    if (this.#uneven.length > 0) this.#refuseUneven();
    if (this.#count === 0) throw invalidData(this.#file, 'a row below the header', 'none');
  }

  #refuseUneven(): never {
    const [first, ...others] = this.#uneven;
    const count = this.#columns?.length ?? 0;
    const shown = others.slice(0, 3).map(({ line, cells }) => `line ${line} with ${cells}`).join(', ');
    const many = this.#uneven.length > MOST_UNEVEN ? `more than ${MOST_UNEVEN}` : `${this.#uneven.length}`;
    const more = others.length === 0 ? '' : ` (${many} lines are of another length, also ${shown})`;
    const expected = `${count} ${count === 1 ? 'cell' : 'cells'} like the first line`;
    throw invalidData(`${this.#file}, line ${first?.line ?? 0}`, expected, `${first?.cells ?? 0}${more}`);
  }
}

function parseError(file: string, error: unknown, lastLine: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const where = `${file}, below line ${lastLine}`;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return invalidData(where, 'a quote that is closed', 'the end of the file');
  if (error.code === 'CSV_MAX_RECORD_SIZE') return endlessRow(where);
  return invalidData(where, 'cells with quotes around all of their text, or none', 'text behind a closing quote');
}

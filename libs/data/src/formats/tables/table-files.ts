import { dirname } from 'node:path';
import { invalidData } from '../../invalid-data.js';
import type { RawTable } from '../../model/column.js';
import type { ReadingNote } from '../../model/examples.js';
import type { CellReading } from './column-builder.js';
import { readDelimitedText, type TextTableOptions } from './delimited-text.js';
import { isParquet, readParquet } from './parquet-file.js';
import { TableBuilder } from './table-builder.js';
import { readStart } from './text-encoding.js';
import type { Unpacking } from '../archives/unpacking.js';

export interface TableOptions extends Partial<Pick<TextTableOptions, 'header' | 'delimiter' | 'content'>> {
  readonly reading: CellReading;
  readonly unpacking: Unpacking;
}

/** A table and what there is to say about how it was read. */
export interface ReadTable extends RawTable {
  readonly notes: readonly ReadingNote[];
  /** Row with which each of the files begins. */
  readonly firstRows: readonly number[];
}

/**
 * Reads files that have the same columns, in any order, as one table: text of any delimiter, gzipped or not, or Parquet, whatever the
 * names of the files are.
 * @param files one at least; rows are in their order
 * @throws LetheError DATA_INVALID naming file and line, DATA_TOO_LARGE
 */
export async function readTable(files: readonly string[], options: TableOptions): Promise<ReadTable> {
  const { reading, unpacking, header = true, delimiter = null, content = null } = options;
  const asText = { unpacking, header, delimiter, content };
  const table = new TableBuilder(reading);
  const notes: (readonly ReadingNote[])[] = [];
  const firstRows: number[] = [];
  for (const file of files) {
    firstRows.push(table.count);
    const isColumnar = isParquet(content ?? await readStart(file, 4));
    if (isColumnar && content !== null) throw invalidData(file, 'a table as text', 'a Parquet file in an archive (unpack it first)');
    notes.push(isColumnar ? await readParquet(file, table, unpacking) : await readDelimitedText(file, table, asText));
  }
  const [first = ''] = files;
  return { ...table.finish(files.length === 1 ? first : dirname(first)), notes: notes.flat(), firstRows };
}

import { readSplit, splitOf } from '../examples/read-split.js';
import { testFromHeldOut, type SaidSplits } from '../examples/test-from-held-out.js';
import type { ReadTable } from '../formats/tables/table-files.js';
import { invalidData } from '../invalid-data.js';
import { cellOf, type RawTable } from '../model/column.js';
import type { ReadingNote, Split } from '../model/examples.js';
import type { TableFile } from './table-place.js';

const PURPOSES: Readonly<Record<Split, string>> = { train: 'to train', 'held-out': 'held out', test: 'to test' };

/**
 * The split of each row: that of its file, else the cell of the split column; null: there is neither, and test examples are drawn.
 * @param column its name
 * @throws LetheError DATA_INVALID for rows of which neither says it
 */
export function tableSplits(table: ReadTable, files: readonly TableFile[], column: string | null): SaidSplits {
  const ofColumn = column === null ? null : splitsIn(table, column);
  if (files.every(({ split }) => split === null)) return { splits: ofColumn, notes: [] };
  const splits = ofColumn ?? new Array<Split>(table.count);
  for (const [index, { path, split }] of files.entries()) {
    if (split !== null) splits.fill(split, table.firstRows[index], table.firstRows[index + 1] ?? table.count);
    else if (ofColumn === null) throw invalidData(path, 'a split of the file like the others, or a column that says it', 'neither');
  }
  const said = testFromHeldOut(splits);
  return { splits: said.splits, notes: [...filesNote(table, files), ...said.notes] };
}

function splitsIn(table: RawTable, name: string): Split[] {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new TypeError(`a column ${name} was found before`);
  const ofWord = column.words.map(splitOf);
  return Array.from(column.codes, (code, row) => ofWord[code] ?? readSplit(table.whereOf(row), cellOf(column, row)));
}

function filesNote({ firstRows, count }: ReadTable, files: readonly TableFile[]): ReadingNote[] {
  const shown = files.map(({ path, split }, index) => {
    const rows = (firstRows[index + 1] ?? count) - (firstRows[index] ?? 0);
    return `${path} (${rows.toLocaleString('en-US')} rows${split === null ? '' : ` ${PURPOSES[split]}`})`;
  });
  return [{ kind: 'notice', text: `files are read as one table, by what they are for: ${shown.join(', ')}` }];
}

import { invalidData } from '../invalid-data.js';

export type Split = 'train' | 'test';

/** The cell of a split column. @throws LetheError DATA_INVALID for anything but train and test */
export function readSplit(where: string, cell: string): Split {
  if (cell === 'train' || cell === 'test') return cell;
  throw invalidData(where, 'the split train or test', JSON.stringify(cell));
}

/** A row of a list of examples. */
export interface SplittableRow {
  /** Null: not known. */
  readonly label: string | null;
  /** Undefined when the list has no split column. */
  readonly split: Split | undefined;
}

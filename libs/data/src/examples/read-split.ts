import { invalidData } from '../invalid-data.js';
import type { Split } from '../model/examples.js';

const WORDS: Readonly<Record<Split, readonly string[]>> = {
  train: ['train', 'training'],
  'held-out': ['val', 'valid', 'validation', 'dev', 'held-out', 'held_out', 'heldout'],
  test: ['test', 'testing', 'eval'],
};

/** The split that a word means, in any case; null: none. */
export function splitOf(word: string): Split | null {
  const lower = word.toLowerCase();
  return (Object.keys(WORDS) as Split[]).find((split) => WORDS[split].includes(lower)) ?? null;
}

/** The cell of a split column. @throws LetheError DATA_INVALID for anything but the words for train, held out and test */
export function readSplit(where: string, cell: string): Split {
  const split = splitOf(cell);
  if (split === null) throw invalidData(where, 'the split train, val or test', JSON.stringify(cell));
  return split;
}

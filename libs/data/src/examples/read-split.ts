import { posix } from 'node:path';
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

/** The split that the name of a file or of its folder says: "mnist_m_test_labels.txt", "train/labels.csv", "val.csv"; null: none. */
export function splitOfName(path: string): Split | null {
  const words = (name: string): (Split | null)[] => name.split(/[^A-Za-z]+/).map(splitOf);
  const named = words(posix.basename(path)).find((split) => split !== null);
  return named ?? splitOf(posix.basename(posix.dirname(path)));
}

/** The cell of a split column. @throws LetheError DATA_INVALID for anything but the words for train, held out and test */
export function readSplit(where: string, cell: string): Split {
  const split = splitOf(cell);
  if (split === null) throw invalidData(where, 'the split train, val or test', JSON.stringify(cell));
  return split;
}

import { readdirSync, statSync } from 'node:fs';
import { LetheError } from '@lethe/errors';

/** `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz` and the like. */
const IDX_FILE = /[.-]idx[13]-ubyte(\.gz)?$|\.idx(\.gz)?$/i;
const LABELS_FILE = 'labels.csv';

/**
 * Which kind of data a folder holds, by the names in it: `labels.csv` beside images, or IDX files.
 * @param folder absolute path, as given by `--data-dir`
 */
export function dataKindOf(folder: string): 'idx' | 'images' {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LetheError('DATA_MISSING', `--data-dir: expected a folder, found none at ${folder}`);
  }
  const names = readdirSync(folder);
  if (names.includes(LABELS_FILE)) return 'images';
  if (names.some((name) => IDX_FILE.test(name))) return 'idx';
  throw new LetheError('DATA_MISSING', `--data-dir: expected ${LABELS_FILE} beside images, or IDX files like train-images-idx3-ubyte, found neither in ${folder}`);
}

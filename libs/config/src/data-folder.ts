import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { LetheError } from '@lethe/errors';
import { valueAt, withValue, type ConfigLayer } from './layer.js';

/** `train-images-idx3-ubyte`, `t10k-labels.idx1-ubyte.gz` and the like. */
const IDX_FILE = /[.-]idx[13]-ubyte(\.gz)?$|\.idx(\.gz)?$/i;
const LABELS_FILE = 'labels.csv';

/**
 * The kind of data in a folder, by the names of its files: `labels.csv` beside images, or IDX files.
 * @param folder absolute path, as given by `--data-dir`
 */
function dataKindOf(folder: string): 'idx' | 'images' {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LetheError('DATA_MISSING', `--data-dir: expected a folder, found none at ${folder}`);
  }
  const names = readdirSync(folder);
  if (names.includes(LABELS_FILE)) return 'images';
  if (names.some((name) => IDX_FILE.test(name))) return 'idx';
  const expected = `${LABELS_FILE} beside images, or IDX files like train-images-idx3-ubyte`;
  throw new LetheError('DATA_MISSING', `--data-dir: expected ${expected}, found neither in ${folder}`);
}

/** The layer with `data.folder` as an absolute path. @param folder where the user typed: a relative path starts there */
export function withDataFolder(layer: ConfigLayer, folder: string): ConfigLayer {
  const data = valueAt(layer.values, 'data.folder');
  return typeof data === 'string' ? { ...layer, values: withValue(layer.values, 'data.folder', resolve(folder, data)) } : layer;
}

/**
 * The layers, with `data.kind` added to the last one if it names a folder: the kind that the folder holds. Nothing is added if a layer
 * names a kind, or if the run reads several populations, which have layouts of their own.
 * @param kind the kind that is read without that folder
 */
export function withDataKind(layers: readonly ConfigLayer[], kind: unknown): ConfigLayer[] {
  const last = layers.at(-1);
  const folder = valueAt(last?.values, 'data.folder');
  const isSaid = layers.some(({ values }) => valueAt(values, 'data.kind') !== undefined);
  if (last === undefined || typeof folder !== 'string' || isSaid || kind === 'domains') return [...layers];
  return [...layers.slice(0, -1), { ...last, values: withValue(last.values, 'data.kind', dataKindOf(folder)) }];
}

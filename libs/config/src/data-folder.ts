import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import { LetheError } from '@lethe/errors';
import { isTree, valueAt, withValue, type ConfigLayer } from './layer.js';

/** `train-images-idx3-ubyte`, `emnist-letters-test-labels-idx1-ubyte.gz`, `qmnist-train-labels-idx2-int` and the like. */
const IDX_FILE = /[.-]idx\d-(u?byte|short|int|float|double)(\.gz)?$|\.idx(\.gz)?$/i;
const LABELS_FILE = 'labels.csv';
const CELEBA_FILE = /^list_attr_celeba\.(txt|csv)(\.gz)?$/i;
/** Images, and archives that may hold some. */
const IMAGES = /\.(png|jpe?g|gif|webp|tiff?|avif|tar|tar\.gz|tgz|zip)$/i;
const TABLE_FILE = /\.((csv|tsv|tab)(\.gz)?|parquet|pq)$|^table\.(txt|data)(\.gz)?$/i;
/** Names that are looked at; the first image ends the search. */
const MOST_NAMES = 100_000;
const NAMED_AT_MOST = 5;

/**
 * The kind of data in a folder, by the names of its files: images, in folders or archives or beside a list, IDX files, or a table.
 * @param folder absolute path, as given by `--data-dir`
 */
function dataKindOf(folder: string): 'idx' | 'images' | 'celeba' | 'table' {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LetheError('DATA_MISSING', `--data-dir: expected a folder, found none at ${folder}`);
  }
  const names = readdirSync(folder).filter((name) => !isHidden(name)).sort();
  if (names.includes(LABELS_FILE)) return 'images';
  if (names.some((name) => CELEBA_FILE.test(name))) return 'celeba';
  if (names.some((name) => IDX_FILE.test(name))) return 'idx';
  if (hasImages(folder)) return 'images';
  if (names.some((name) => TABLE_FILE.test(name))) return 'table';
  const images = `images (with ${LABELS_FILE}, or in folders class/image)`;
  const expected = `${images}, IDX files like train-images-idx3-ubyte, or a table (table.csv)`;
  throw new LetheError('DATA_MISSING', `--data-dir: expected ${expected}, found ${inWords(names)} in ${folder}`);
}

/** Looks for the first image, folder by folder, those nearest to the top first. */
function hasImages(top: string): boolean {
  const folders = [top];
  let seen = 0;
  for (let folder = folders.shift(); folder !== undefined && seen < MOST_NAMES; folder = folders.shift()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      seen += 1;
      if (isHidden(entry.name)) continue;
      if (isFolder(folder, entry)) folders.push(join(folder, entry.name));
      else if (IMAGES.test(entry.name)) return true;
    }
  }
  return false;
}

function isFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() === true;
}

function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

function inWords(names: readonly string[]): string {
  if (names.length === 0) return 'no files';
  const shown = names.slice(0, NAMED_AT_MOST).join(', ');
  return names.length > NAMED_AT_MOST ? `${shown} and ${names.length - NAMED_AT_MOST} more` : shown;
}

/** The layer with `data.folder` as an absolute path. @param folder where the user typed: a relative path starts there */
export function withDataFolder(layer: ConfigLayer, folder: string): ConfigLayer {
  const data = valueAt(layer.values, 'data.folder');
  return typeof data === 'string' ? { ...layer, values: withValue(layer.values, 'data.folder', resolve(folder, data)) } : layer;
}

/**
 * The layers, with `data.kind` added to the last one if it names a folder: the kind that the folder holds. Nothing is added if a layer
 * names a kind, or if the data have a layout of their own.
 * @param data settings of the data that are read without that folder
 */
export function withDataKind(layers: readonly ConfigLayer[], data: unknown): ConfigLayer[] {
  const last = layers.at(-1);
  const folder = valueAt(last?.values, 'data.folder');
  const isSaid = layers.some(({ values }) => valueAt(values, 'data.kind') !== undefined);
  if (last === undefined || typeof folder !== 'string' || isSaid || hasLayout(data)) return [...layers];
  return [...layers.slice(0, -1), { ...last, values: withValue(last.values, 'data.kind', dataKindOf(folder)) }];
}

/** Several populations, and tables whose files are named. */
function hasLayout(data: unknown): boolean {
  return valueAt(data, 'kind') === 'domains' || (valueAt(data, 'kind') === 'table' && isTree(valueAt(data, 'table')));
}

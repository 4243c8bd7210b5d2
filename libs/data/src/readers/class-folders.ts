import { posix } from 'node:path';
import type { ReadingConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { spellingNotes } from '../columns/spellings.js';
import { splitOf } from '../examples/read-split.js';
import type { DataFiles } from '../formats/data-files.js';
import { IMAGE_FILE } from '../formats/images/decode-images.js';
import { ARCHIVE_FILE } from '../formats/archives/packed-files.js';
import { invalidData } from '../invalid-data.js';
import { categoryAttribute, type CategoryAttribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import { TABLE_FILE } from './find-lists.js';
import { levelsOf, type Level } from './folder-levels.js';
import type { ListedImages } from './listed-images.js';
import { whatIsThere } from './what-is-there.js';

/** Names of domains and classes that a note has at most. */
const MOST_NAMED = 10;

/** An image and the folders above it. */
interface PlacedImage {
  readonly path: string;
  readonly folders: readonly string[];
}

/**
 * Images in folders that are called as their classes are: class/image, domain/class/image, either below folders for splits or above them.
 * @param notes on the lists that were looked for before
 * @throws LetheError DATA_INVALID if the folders say no class, or a single one beside tables, or images lie at different depths
 */
export function readClassFolders(
  files: DataFiles, { labelsAsIs }: Pick<ReadingConfig, 'labelsAsIs'>, notes: readonly ReadingNote[],
): ListedImages {
  const images = files.paths.filter((path) => IMAGE_FILE.test(path)).map(placedImage);
  if (images.length === 0) throw noImages(files);
  expectOneDepth(files, images);
  const levels = expectLevels(files, images);
  const cells = (level: Level): string[] | null => {
    const index = levels.indexOf(level);
    return index < 0 ? null : images.map(({ folders }) => folders[index] ?? '');
  };
  const attribute = (level: 'class' | 'domain', name: string): CategoryAttribute[] => {
    const named = cells(level);
    return named === null ? [] : [categoryAttribute(name, named)];
  };
  const [label, domain] = [attribute('class', 'label'), attribute('domain', 'domain')];
  const attributes = [...label, ...domain];
  const [only = '', second] = label[0]?.categories ?? [];
  // The folder of the images that a list names is no class.
  if (notes.length > 0 && second === undefined) throw invalidData(files.folder, EXPECTED, `a single folder of images (${only})`);
  return {
    images: images.map(({ path }) => ({ where: `folder ${posix.dirname(path)}`, path, fault: null })),
    attributes, label: 'label', domain: domain.length === 0 ? null : 'domain', group: null, columns: [],
    splits: cells('split')?.map((name) => splitOf(name) ?? 'train') ?? null,
    notes: [
      ...notes, ...layoutNotes(files, images, levels), ...otherFiles(files, images),
      ...(labelsAsIs ? [] : attributes.flatMap((one) => spellingNotes(one.name, one))),
    ],
  };
}

const EXPECTED = 'images with a list of them (labels.csv with the columns file,label[,split][,domain]), or in folders class/image or '
  + 'domain/class/image';

function noImages({ folder, paths }: DataFiles): LetheError {
  const isTable = paths.some((path) => TABLE_FILE.test(path));
  const found = `${whatIsThere(paths)}${isTable ? ' (--recipe own-table --target DOMAIN reads a table)' : ''}`;
  return new LetheError('DATA_MISSING', `${folder}: expected ${EXPECTED}, found ${found}`, { details: { folder, found } });
}

/** Names are compared in Unicode's composed form. An archive is a folder without its ending. */
function placedImage(path: string): PlacedImage {
  return { path, folders: path.split('/').slice(0, -1).map((name) => name.replace(ARCHIVE_FILE, '').normalize('NFC')) };
}

function expectOneDepth({ folder }: DataFiles, images: readonly PlacedImage[]): void {
  const depths = new Map<number, { path: string; count: number }>();
  for (const { path, folders } of images) {
    const found = depths.get(folders.length);
    if (found === undefined) depths.set(folders.length, { path, count: 1 });
    else found.count += 1;
  }
  if (depths.size === 1) return;
  const found = [...depths].sort(([a], [b]) => a - b).map(([, { path, count }]) => `${path} (${count})`);
  throw invalidData(folder, 'all images at one depth, as in class/image, or a list of them (labels.csv)', found.join(' and '));
}

function expectLevels({ folder }: DataFiles, images: readonly PlacedImage[]): readonly Level[] {
  const [first] = images;
  const depth = first?.folders.length ?? 0;
  const names = Array.from({ length: depth }, (_, level) => new Set(images.map(({ folders }) => folders[level] ?? '')));
  const levels = levelsOf(names);
  if (levels !== null) return levels;
  const found = depth === 0 ? `${images.length} images without a folder or a list that says their classes (${first?.path ?? ''}, ...)`
    : `${first?.path ?? ''} and ${images.length - 1} others`;
  throw invalidData(folder, EXPECTED, found);
}

function layoutNotes({ folder }: DataFiles, images: readonly PlacedImage[], levels: readonly Level[]): ReadingNote[] {
  const namesOf = (level: Level): string => {
    const index = levels.indexOf(level);
    const names = [...new Set(images.map(({ folders }) => folders[index] ?? ''))];
    const shown = names.slice(0, MOST_NAMED).join(', ');
    return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
  };
  const layout = levels.map((level, index) => level ?? images[0]?.folders[index] ?? '').join('/');
  const parts = [
    ...(levels.includes('domain') ? [`domains ${namesOf('domain')}`] : []), `classes ${namesOf('class')}`,
    ...(levels.includes('split') ? [`splits ${namesOf('split')}`] : []),
  ];
  return [
    { kind: 'notice', text: `${folder}: ${images.length} images, read as ${layout}/image: ${parts.join('; ')}` },
    ...likeSplits(images, levels),
  ];
}

/** Where one of several folders is no word for a split, none of them is taken for one. */
function likeSplits(images: readonly PlacedImage[], levels: readonly Level[]): ReadingNote[] {
  return (['class', 'domain'] as const).flatMap((level): ReadingNote[] => {
    const index = levels.indexOf(level);
    const names = index < 0 ? [] : [...new Set(images.map(({ folders }) => folders[index] ?? ''))];
    const words = names.filter((name) => splitOf(name) !== null);
    if (words.length === 0) return [];
    const other = names.find((name) => splitOf(name) === null) ?? '';
    const text = `folders ${words.join(', ')} are read as a ${level}, not as a split, as ${other} beside them is no word for train, val or `
      + 'test';
    return [{ kind: 'warning', text }];
  });
}

function otherFiles({ paths }: DataFiles, images: readonly PlacedImage[]): ReadingNote[] {
  const count = paths.length - images.length;
  if (count === 0) return [];
  const first = paths.find((path) => !IMAGE_FILE.test(path)) ?? '';
  const text = count === 1 ? `1 file that is no image is passed over: ${first}`
    : `${count} files that are no images are passed over: ${first}, ...`;
  return [{ kind: 'notice', text }];
}

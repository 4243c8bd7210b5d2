import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DataConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import { rowsOf, type ImageForm, type RowsToTake } from '../formats/images/decode-image.js';
import { IMAGE_FILE } from '../formats/images/decode-images.js';
import { imageFileReader } from '../formats/images/image-files.js';
import { loadSharp } from '../formats/images/load-sharp.js';
import { scanFiles } from '../formats/scan-files.js';
import type { ReadingNote } from '../model/examples.js';
import { shapeInWords, type ImageShape } from '../model/inputs.js';
import type { Preprocessing } from '../preprocessing/preprocessing.js';
import { formOf } from './image-form.js';
import type { HearNotes, UnseenExamples } from './unseen-examples.js';
import { unseenInputs } from './unseen-inputs.js';

/** Pictures of a user, one by one, and how the run reads images. */
export interface UnseenPictures {
  /** Absolute paths of files of any format that is read, and of folders of such files. */
  readonly pictures: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly data: DataConfig;
  readonly hear: HearNotes;
}

/** A picture on disk. */
interface Picture {
  readonly path: string;
  /** Below the folder that was named, or that of its file. */
  readonly name: string;
}

/**
 * Pictures that were named one by one, brought to the form of the run's images as its reader does it; it is said what is taken of each.
 * @throws LetheError CONFIG_INVALID for a run of anything but images in files, DATA_MISSING, DATA_INVALID
 */
export async function openUnseenPictures({ pictures, preprocessing, data: { reading }, hear }: UnseenPictures): Promise<UnseenExamples> {
  if (preprocessing.kind !== 'images') {
    const expected = '--data-dir DIR for a run whose data are not images in files';
    throw new LetheError('CONFIG_INVALID', `expected ${expected}, found pictures that are named one by one`);
  }
  const found = await findPictures(pictures);
  const form = formOf(preprocessing, reading);
  hear(await notesOf(found, form));
  const files = found.map(({ path }) => ({ path, where: basename(path) }));
  return unseenInputs({
    origin: pictures.join(', '), reader: imageFileReader({ ...form, files }), skipBad: reading.skipBad, hear,
    sourceOf: (example) => ({ file: (found[example] as Picture).name, row: null }),
  });
}

async function findPictures(paths: readonly string[]): Promise<Picture[]> {
  return (await Promise.all(paths.map(picturesAt))).flat();
}

async function picturesAt(path: string): Promise<Picture[]> {
  const kind = await stat(path).catch(() => null);
  if (kind === null) throw new LetheError('DATA_MISSING', `${path}: expected a picture or a folder of pictures, found nothing`);
  if (!kind.isDirectory()) return [{ path, name: basename(path) }];
  const names = (await scanFiles(path)).filter((name) => IMAGE_FILE.test(name));
  if (names.length === 0) throw new LetheError('DATA_MISSING', `${path}: expected pictures (PNG, JPEG and others), found none`);
  return names.map((name) => ({ path: join(path, name), name }));
}

/** More pictures are not described one by one. */
const MOST_DESCRIBED = 10;
/** A picture is called distorted where its sides are brought to another proportion that is farther from its own. */
const MOST_DISTORTED = 1.1;

async function notesOf(pictures: readonly Picture[], { shape, rows = null }: ImageForm): Promise<ReadingNote[]> {
  const notes: ReadingNote[] = [];
  for (const picture of pictures.slice(0, MOST_DESCRIBED)) {
    const size = await sizeOf(picture);
    // What cannot be read is refused when it is read, with the reason.
    if (size !== null) notes.push({ kind: 'notice', text: described(picture, { ...size, shape, rows }) });
  }
  if (pictures.length <= MOST_DESCRIBED) return notes;
  return [...notes, { kind: 'notice', text: `so are ${(pictures.length - MOST_DESCRIBED).toLocaleString('en-US')} further pictures` }];
}

/** Height and width of a picture as it is seen; null: it cannot be read. */
async function sizeOf({ path }: Picture): Promise<{ readonly height: number; readonly width: number } | null> {
  const sharp = await loadSharp();
  const found = await sharp(path).metadata().catch(() => null);
  return found === null ? null : found.autoOrient;
}

interface Described { readonly height: number; readonly width: number; readonly shape: ImageShape; readonly rows: RowsToTake | null }

/** "me.jpg (800 x 600): rows 55 to 544 are taken, and brought to 64 x 64 x 3; it becomes narrower than it is". */
function described({ name }: Picture, { height, width, shape, rows }: Described): string {
  const taken = rows === null ? { top: 0, count: height } : rowsOf(height, rows);
  const part = rows === null ? 'all of it is' : `rows ${taken.top} to ${taken.top + taken.count - 1} are`;
  const stretch = (width / taken.count) / (shape.width / shape.height);
  const isDistorted = Math.max(stretch, 1 / stretch) > MOST_DISTORTED;
  const becomes = `it becomes ${stretch > 1 ? 'narrower' : 'wider'} than it is`;
  const advice = isDistorted ? `; ${becomes}: cut it to the proportion of the run's images` : '';
  return `${name} (${width} x ${height}): ${part} taken, and brought to ${shapeInWords(shape)}${advice}`;
}

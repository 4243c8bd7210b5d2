import { join } from 'node:path';
import type { ReadingNote } from '../model/examples.js';
import type { InputReader } from '../model/inputs.js';
import { byCodeUnit } from '../name-order.js';
import { IMAGE_FILE } from './images/decode-images.js';
import type { ImageForm } from './images/decode-image.js';
import { imageFileReader } from './images/image-files.js';
import { ARCHIVE_FILE, findPackedFiles, type PackedFile } from './archives/packed-files.js';
import { packedImageReader } from './images/packed-images.js';
import { scanFiles } from './scan-files.js';
import type { Unpacking } from './archives/unpacking.js';

/** The files of a data folder, in archives or not. */
export interface DataFiles {
  readonly folder: string;
  /** Relative to the folder, with forward slashes, in the order of their code units. An archive that is looked into counts as a folder. */
  readonly paths: readonly string[];
  /** Those that may lie in archives, by their paths; null: all lie on disk. */
  readonly packed: ReadonlyMap<string, PackedFile> | null;
  readonly notes: readonly ReadingNote[];
}

/** An image of a data folder. */
export interface DataImage {
  /** What names it, for messages: "labels.csv, line 7". */
  readonly where: string;
  /** Path among the files of the folder; of one that is not there, as it was named. */
  readonly path: string;
  /** What is known to be wrong with it, in words that follow "found"; null: nothing. */
  readonly fault: string | null;
}

/**
 * Finds the files of a folder. Its archives are looked into, unless images lie beside them: then they are perhaps the same.
 * @throws LetheError DATA_MISSING, DATA_INVALID for a damaged archive, DATA_TOO_LARGE
 */
export async function findDataFiles(folder: string, unpacking: Unpacking): Promise<DataFiles> {
  const paths = await scanFiles(folder);
  const archives = paths.filter((path) => ARCHIVE_FILE.test(path));
  const onDisk = { folder, paths, packed: null, notes: [] };
  if (archives.length === 0) return onDisk;
  if (paths.some((path) => IMAGE_FILE.test(path))) {
    const text = `images lie beside ${archives.slice(0, 3).join(', ')}${archives.length > 3 ? ', ...' : ''}: no archive is looked into`;
    return { ...onDisk, notes: [{ kind: 'notice', text }] };
  }
  const packed = new Map((await findPackedFiles(folder, unpacking)).map((file) => [file.path, file]));
  return { folder, paths: [...packed.keys()].sort(byCodeUnit), packed, notes: [] };
}

/** Reads images of a data folder. */
export function dataImageReader({ folder, packed }: DataFiles, images: readonly DataImage[], form: ImageForm): InputReader {
  if (packed === null) {
    const files = images.map(({ where, path, fault }) => ({ where, path: fault === null ? join(folder, path) : path, fault }));
    return imageFileReader({ ...form, files });
  }
  return packedImageReader({
    ...form,
    images: images.map(({ where, path, fault }) => {
      const file = fault === null ? packed.get(path) : undefined;
      return { where, file: file ?? { name: path, fault: fault ?? 'no such file' } };
    }),
  });
}

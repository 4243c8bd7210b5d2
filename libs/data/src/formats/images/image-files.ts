import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { errorMessage } from '@lethe/errors';
import type { InputReader } from '../../model/inputs.js';
import { identityOfForm, type ImageForm } from './decode-image.js';
import { imageReader } from './image-reader.js';

/** An image file on disk. */
export interface ImageFile {
  readonly path: string;
  /** The row that lists it, or its folder, for messages: "labels.csv, line 7". */
  readonly where: string;
  /** What is known to be wrong with it before it is opened, in words that follow "found". */
  readonly fault?: string | null;
}

export interface ImageFilesOptions extends ImageForm {
  readonly files: readonly ImageFile[];
}

/** An image file that is larger is none that anybody means to train on. */
const MOST_FILE_MIB = 512;
/** Files that are asked for their sizes at once. */
const STATS_AT_ONCE = 256;

/** Reads images from files. */
export function imageFileReader({ files, ...form }: ImageFilesOptions): InputReader {
  return imageReader({
    count: files.length,
    expected: (example) => `${(files[example] as ImageFile).where}: expected an image in ${(files[example] as ImageFile).path}`,
    load: async (example) => loadFile(files[example] as ImageFile),
    identity: () => identityOfFiles(files, form),
  }, form);
}

async function loadFile({ path, fault }: ImageFile): Promise<Buffer | { readonly fault: string }> {
  if (fault !== undefined && fault !== null) return { fault };
  try {
    const { size } = await stat(path);
    const tooLarge = faultOfSize(size);
    return tooLarge === null ? await readFile(path) : { fault: tooLarge };
  } catch (error) {
    return { fault: faultOfFile(error) };
  }
}

/** What is wrong with a file of so many bytes; null: nothing. */
export function faultOfSize(bytes: number): string | null {
  const mib = Math.ceil(bytes / 2 ** 20);
  return mib <= MOST_FILE_MIB ? null : `a file of ${mib} MiB, more than the ${MOST_FILE_MIB} that are read`;
}

function faultOfFile(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  return code === 'EISDIR' ? 'a folder' : errorMessage(error);
}

async function identityOfFiles(files: readonly ImageFile[], form: ImageForm): Promise<string> {
  const hash = createHash('sha256').update(await identityOfForm(form));
  for (let first = 0; first < files.length; first += STATS_AT_ONCE) {
    const part = files.slice(first, first + STATS_AT_ONCE);
    const described = part.map(({ path, fault }) => JSON.stringify([path, fault ?? sizeAndTime(path)]));
    hash.update(described.join('\n')).update('\n');
    await setImmediate(); // signals are heard meanwhile
  }
  return hash.digest('hex');
}

/** Size in bytes and time of the last change in ms; zeros for what is not there. */
function sizeAndTime(path: string): readonly [number, number] {
  try {
    // Every process asks for all of them: 200,000 take 1.7 s so, and 4.5 s in other threads.
    const { size, mtimeMs } = statSync(path);
    return [size, mtimeMs];
  } catch {
    return [0, 0];
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inputLength, type ImageShape } from '@lethe/data';
import { encodePng } from '@lethe/run-folder';

/** Images for files below a folder. */
export interface ImagesToWrite {
  /** [files.length, height, width, channels] from -1 to 1. */
  readonly images: Float32Array;
  readonly files: readonly string[];
  readonly folder: string;
}

/** A PNG of each. */
export async function writeImages({ images, files, folder }: ImagesToWrite, shape: ImageShape): Promise<void> {
  const length = inputLength(shape);
  for (const [index, file] of files.entries()) {
    await writePng(join(folder, file), await encodePng(images.subarray(index * length, (index + 1) * length), shape));
  }
}

/** Makes the folder as well. */
export async function writePng(path: string, png: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, png);
}

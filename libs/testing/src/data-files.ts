import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

const folders: string[] = [];

/** A new empty folder, which `removeFolders` removes. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lethe-data-'));
  folders.push(folder);
  return folder;
}

/** Removes what `makeFolder` and those below have made. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** The bytes of an IDX file of unsigned bytes. */
export function idxBytes(dimensions: readonly number[], values: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(0x0800 + dimensions.length);
  for (const [index, size] of dimensions.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([header, values]);
}

/** The bytes of a file that numpy.save writes: float32 numbers, row-major. */
export function npyBytes(dimensions: readonly number[], values: Float32Array): Buffer {
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dimensions.join(', ')},), }`.padEnd(117, ' ');
  const start = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  start.writeUInt16LE(head.length + 1, 8);
  return Buffer.concat([start, Buffer.from(`${head}\n`), new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
}

/** The bytes of a tar archive. */
export async function tarBytes(files: Readonly<Record<string, Buffer | string>>): Promise<Buffer> {
  const packed = pack();
  for (const [name, content] of Object.entries(files)) packed.entry({ name }, content);
  packed.finalize();
  return buffer(packed);
}

/** Bytes that differ from place to place. */
export function someBytes(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (start + index * 37) % 251);
}

/** A folder of IDX files; by default 12 training and 6 test images of 8 x 4 in the three classes 0, 1, 2. */
export async function makeIdxFolder({ labels = [0, 1, 2], zip = false } = {}): Promise<string> {
  const folder = await makeFolder();
  for (const [part, count] of [['train', 12], ['t10k', 6]] as const) {
    const images = idxBytes([count, 8, 4], someBytes(count * 32, part.length));
    const classes = idxBytes([count], Uint8Array.from({ length: count }, (_, index) => labels[index % labels.length] ?? 0));
    await writeFile(join(folder, `${part}-images-idx3-ubyte${zip ? '.gz' : ''}`), zip ? gzipSync(images) : images);
    await writeFile(join(folder, `${part}-labels-idx1-ubyte${zip ? '.gz' : ''}`), zip ? gzipSync(classes) : classes);
  }
  return folder;
}

/** A PNG of one colour, red, green, blue and, if wanted, alpha, each 0 to 255. */
export async function writeImage(file: string, colour: readonly [number, number, number, number?], size = 8): Promise<void> {
  const channels = colour[3] === undefined ? 3 : 4;
  const pixels = Uint8Array.from({ length: size * size * channels }, (_, index) => colour[index % channels] ?? 0);
  // Only here: most specs that use this package need no images.
  const { default: sharp } = await import('sharp');
  await mkdir(dirname(file), { recursive: true });
  await sharp(pixels, { raw: { width: size, height: size, channels } }).png().toFile(file);
}

/** A folder of grey PNGs, 12 per label, with a labels.csv without a split column. */
export async function makeImageFolder(labels: readonly string[] = ['cat', 'dog']): Promise<string> {
  const folder = await makeFolder();
  const rows = ['file,label'];
  for (let index = 0; index < 12 * labels.length; index += 1) {
    const file = `images/${String(index).padStart(2, '0')}.png`;
    await writeImage(join(folder, file), [index * 7, index * 7, index * 7]);
    rows.push(`${file},${labels[index % labels.length] ?? ''}`);
  }
  await writeFile(join(folder, 'labels.csv'), `${rows.join('\n')}\n`);
  return folder;
}

/** A data set in memory of images of 2 x 2 pixels, image i filled with the byte i. */
export function tinyDataset(labels: readonly number[]): {
  images: Uint8Array; labels: Uint32Array; shape: { height: number; width: number; channels: number };
} {
  const images = Uint8Array.from({ length: labels.length * 4 }, (_, index) => index >> 2);
  return { images, labels: Uint32Array.from(labels), shape: { height: 2, width: 2, channels: 1 } };
}

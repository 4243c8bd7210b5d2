import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, matlabBytes, type MatlabFixture, removeFolders } from '@lethe/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { readSvhnFile } from './svhn-file.js';
import { Unpacking } from '../archives/unpacking.js';

const FIXTURES = join(import.meta.dirname, '../../../../testing/fixtures/matlab');

/** A file of X alone, uncompressed, whose head names a number of images that the file does not have. */
function promising(images: number): Buffer {
  const bytes = matlabBytes([X]);
  const [atCount, atBytes] = [172, 188];
  expect([bytes.readInt32LE(atCount), bytes.readUInt32LE(atBytes)]).toEqual([COUNT, X.values.length]);
  bytes.writeInt32LE(images, atCount);
  bytes.writeUInt32LE(images * HEIGHT * WIDTH * CHANNELS, atBytes);
  return bytes;
}

/** Three images of 4 x 2 in three colours; the byte at [row, column, channel] of image i is 100 i + 10 row + 3 column + channel. */
const [HEIGHT, WIDTH, CHANNELS, COUNT] = [4, 2, 3, 3];
function byteAt(image: number, row: number, column: number, channel: number): number {
  return (100 * image + 10 * row + 3 * column + channel) % 256;
}

function columnMajor(): Uint8Array {
  const bytes: number[] = [];
  for (let image = 0; image < COUNT; image += 1) for (let channel = 0; channel < CHANNELS; channel += 1) {
    for (let column = 0; column < WIDTH; column += 1) {
      for (let row = 0; row < HEIGHT; row += 1) bytes.push(byteAt(image, row, column, channel));
    }
  }
  return Uint8Array.from(bytes);
}

const X: MatlabFixture = { name: 'X', dimensions: [HEIGHT, WIDTH, CHANNELS, COUNT], values: columnMajor() };
const Y: MatlabFixture = { name: 'y', dimensions: [COUNT, 1], values: Uint8Array.of(1, 10, 9) };

async function file(bytes: Buffer): Promise<string> {
  const path = join(await makeFolder(), 'x.mat');
  await writeFile(path, bytes);
  return path;
}

afterEach(removeFolders);

describe('readSvhnFile', () => {
  it.each([
    ['plain', matlabBytes([X, Y])],
    ['compressed', matlabBytes([{ ...X, compressed: true }, { ...Y, compressed: true }])],
    ['labels as doubles', matlabBytes([{ ...Y, values: Float64Array.of(1, 10, 9) }, { ...X, compressed: true }])],
  ])('reads images row by row and 10 as 0: %s', async (_kind, bytes) => {
    const { images, digits, count, shape } = await readSvhnFile(await file(bytes), { unpacking: new Unpacking(2) });
    expect([count, shape, [...digits]]).toEqual([3, { height: 4, width: 2, channels: 3 }, [1, 0, 9]]);
    const expected: number[] = [];
    for (let image = 0; image < COUNT; image += 1) for (let row = 0; row < HEIGHT; row += 1) {
      for (let column = 0; column < WIDTH; column += 1) {
        for (let channel = 0; channel < CHANNELS; channel += 1) expected.push(byteAt(image, row, column, channel));
      }
    }
    expect([...images]).toEqual(expected);
  });

  it('reads no more than is asked for', async () => {
    const compressed = await file(matlabBytes([{ ...X, compressed: true }, Y]));
    const { images, digits, count, total } = await readSvhnFile(compressed, { unpacking: new Unpacking(2), most: 2 });
    expect([images.length, [...digits], count, total]).toEqual([2 * HEIGHT * WIDTH * CHANNELS, [1, 0], 2, 3]);
  });

  it.each(['svhn-images-last.mat', 'svhn-images-first.mat'])("reads Python's files, with other variables: %s", async (name) => {
    const path = join(FIXTURES, name);
    const { images, digits, count, total, shape } = await readSvhnFile(path, { unpacking: new Unpacking(2) });
    expect([[...digits], count, total, shape]).toEqual([[1, 0, 3, 4, 5], 5, 5, { height: 4, width: 6, channels: 3 }]);
    // What numpy says of the array that was saved, [images, height, width, channels].
    expect(createHash('sha256').update(images).digest('hex')).toBe('c6bde6af57f04a9f8c0560239bcf492e162714b19a456f890296294c57daec5e');
    const part = await readSvhnFile(path, { unpacking: new Unpacking(2), most: 2 });
    expect([[...part.images], [...part.digits], part.total]).toEqual([[...images.subarray(0, 2 * 72)], [1, 0], 5]);
  });

  it('refuses images whose place among the sizes is not clear', async () => {
    const file3 = await file(matlabBytes([{ ...X, dimensions: [3, 8, 1, 3] }, Y]));
    await expect(readSvhnFile(file3, { unpacking: new Unpacking(2) })).rejects.toMatchObject({
      code: 'DATA_INVALID', message: expect.stringContaining('[3, 8, 1, 3], whose images may be the first or the last size') as string,
    });
  });

  it.each<[string, Buffer, string]>([
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>'), 'found a web page'],
    ['an array that names 2^60 bytes', matlabBytes([{ ...X, dimensions: [2 ** 20, 2 ** 20, 1, 2 ** 20] }, Y]), 'found 72 bytes'],
    ['another kind of file', Buffer.alloc(200, 'x'),
      'expected a MATLAB file of version 5 (saved with -v7 or older), found another kind of file'],
    ['HDF5', matlabBytes([], 'MATLAB 7.3 MAT-file'), 'one of version 7.3, which is HDF5'],
    ['an empty file', Buffer.alloc(0), 'expected 128 bytes at byte 0, found 0 (truncated)'],
    ['no labels', matlabBytes([X]), 'expected the arrays X and y of SVHN, found X'],
    ['a label for which there is no digit', matlabBytes([X, { ...Y, values: Uint8Array.of(1, 11, 2) }]),
      'expected labels from 1 to 10 (10 for the digit 0), found 11 at image 1'],
    ['too few labels', matlabBytes([X, { name: 'y', dimensions: [2, 1], values: Uint8Array.of(1, 2) }]),
      'expected a label for each of the 3 images, found 2'],
    ['images of another layout', matlabBytes([{ ...X, dimensions: [HEIGHT * WIDTH, CHANNELS * COUNT] }, Y]),
      'expected X as bytes [height, width, 3, images], found uint8 [8, 9]'],
    ['images of a negative size', matlabBytes([{ ...X, dimensions: [-HEIGHT, -WIDTH, CHANNELS, COUNT] }, Y]),
      'expected X as bytes [height, width, 3, images], found uint8 [-4, -2, 3, 3]'],
    ['an array whose head names more bytes than the file has', promising(100_000_000),
      'expected 2400000000 bytes of X, found an element of 128 bytes'],
    ['a cut-off array', matlabBytes([X, Y]).subarray(0, 180), '(truncated)'],
    ['a cut-off compressed array', matlabBytes([Y, { ...X, compressed: true }]).subarray(0, -20), '(truncated)'],
  ])('refuses %s', async (_what, bytes, message) => {
    const refused = readSvhnFile(await file(bytes), { unpacking: new Unpacking(2) });
    await expect(refused).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });

  it('refuses damaged compressed data', async () => {
    const bytes = matlabBytes([Y, { ...X, compressed: true }]);
    bytes.fill(0x55, bytes.length - 30, bytes.length - 8);
    await expect(readSvhnFile(await file(bytes), { unpacking: new Unpacking(2) })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, matlabBytes, type MatlabFixture, removeFolders } from '@lethe/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { openMatlabFile } from './matlab-file.js';
import { readSvhnFile } from './svhn-file.js';
import { Unpacking } from './unpacking.js';

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
    const { images, digits, count } = await readSvhnFile(compressed, { unpacking: new Unpacking(2), most: 2 });
    expect([images.length, [...digits], count]).toEqual([2 * HEIGHT * WIDTH * CHANNELS, [1, 0], 2]);
  });

  it.each<[string, Buffer, string]>([
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

describe('openMatlabFile', () => {
  it('lists what it holds', async () => {
    const size = { name: 'size', dimensions: [1, 1], values: Float64Array.of(3) };
    const arrays = await openMatlabFile(await file(matlabBytes([X, size])), new Unpacking(2));
    const heads = arrays.map(({ name, dimensions, type }) => [name, dimensions, type]);
    expect(heads).toEqual([['X', [4, 2, 3, 3], 'uint8'], ['size', [1, 1], 'double']]);
  });

  it('refuses an array that is too large to be unpacked before a byte is read', async () => {
    const large = { ...X, values: new Uint8Array(2 ** 20), dimensions: [2 ** 20, 1], compressed: true };
    const [array] = await openMatlabFile(await file(matlabBytes([large])), new Unpacking(2 ** -10));
    expect(() => array?.bytes()).toThrow(expect.objectContaining({ code: 'DATA_TOO_LARGE' }));
  });
});

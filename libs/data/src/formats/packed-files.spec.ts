import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder, removeFolders, tarBytes, writeImage } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { blendWithPhotographs } from '../domains/blend-with-photographs.js';
import { convertImages } from './convert-images.js';
import type { LabelledBlock } from '../domains/image-domain.js';
import { readLabelledImages } from '../domains/mnist-m.js';
import { readPackedFiles } from './packed-files.js';
import { Unpacking } from './unpacking.js';

afterAll(removeFolders);

async function labelledImages(folder: string): Promise<LabelledBlock> {
  const unpacking = new Unpacking(2);
  return readLabelledImages(folder, await readPackedFiles(folder, /./, unpacking), unpacking);
}

const png = (level: number, size = 4): Promise<Buffer> => sharp(Buffer.alloc(size * size * 3, level), { raw: { width: size, height: size, channels: 3 } }).png().toBuffer();

describe('readPackedFiles', () => {
  it('finds files beside and inside archives, by name', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'b.txt'), 'beside');
    await writeFile(join(folder, 'one.tar'), await tarBytes({ 'deep/c.txt': 'plain', 'deep/d.png': 'no' }));
    await writeFile(join(folder, 'two.tar.gz'), gzipSync(await tarBytes({ 'a.txt': 'zipped' })));
    const files = await readPackedFiles(folder, /\.txt$/, new Unpacking(2));
    expect(files.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([['a.txt', 'zipped'], ['b.txt', 'beside'], ['c.txt', 'plain']]);
  });

  it.each([
    ['a cut-off gzip', async () => gzipSync(await tarBytes({ 'a.txt': 'x'.repeat(5000) })).subarray(0, 60), 'x.tar.gz'],
    ['something else', async () => Promise.resolve(Buffer.alloc(2000, 'x')), 'x.tar'],
  ])('refuses %s', async (_what, make, name) => {
    const folder = await makeFolder();
    await writeFile(join(folder, name), await make());
    await expect(readPackedFiles(folder, /./, new Unpacking(2))).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(`${name}: expected an intact tar archive`) as string });
  });
});

describe('images with a list of labels', () => {
  it('come in the order of the list', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'test.tar.gz'), gzipSync(await tarBytes({ 't/0.png': await png(10), 't/1.png': await png(200), 't_labels.txt': '1.png 7\n0.png 3\n' })));
    const { images, labels, count, shape } = await labelledImages(folder);
    expect([count, labels, shape]).toEqual([2, ['7', '3'], { height: 4, width: 4, channels: 3 }]);
    expect([images[0], images[48]]).toEqual([200, 10]);
  });

  it.each<[string, string, string]>([
    ['a file that is not there', '0.png 1\n9.png 2\n', 'line 2: expected the image 9.png, found no such file'],
    ['a line without a label', '0.png\n', 'line 1: expected a file and its label, found "0.png"'],
    ['a file twice', '0.png 1\n0.png 2\n', 'line 2: expected every file once, found 0.png again'],
    ['an empty list', '\n', 'expected a line for each image, found none'],
    ['another size', '0.png 1\nlarge.png 1\n', 'expected 4 x 4 pixels like the first image, found 6 x 6'],
    ['what is no image', 'x_labels.txt 1\n', 'expected an image, found it undecodable'],
  ])('refuse %s', async (_what, list, message) => {
    const folder = await makeFolder();
    await writeImage(join(folder, '0.png'), [1, 2, 3], 4);
    await writeImage(join(folder, 'large.png'), [1, 2, 3], 6);
    await writeFile(join(folder, 'x_labels.txt'), list);
    await expect(labelledImages(folder)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });
});

describe('blendWithPhotographs', () => {
  const digits = { images: Uint8Array.from({ length: 3 * 16 }, (_, index) => (index % 3 === 0 ? 255 : 0)), count: 3, shape: { height: 4, width: 4, channels: 1 } };
  const photograph = { images: Uint8Array.from({ length: 6 * 5 * 3 }, (_, index) => (index * 11) % 256), count: 1, shape: { height: 6, width: 5, channels: 3 } };

  it('takes the difference of a patch and the digit in each colour', () => {
    const blended = blendWithPhotographs({ ...digits, count: 1 }, [{ ...photograph, images: photograph.images.slice(0, 48), shape: { height: 4, width: 4, channels: 3 } }], 1);
    expect([...blended]).toEqual(Array.from({ length: 48 }, (_, index) => Math.abs((photograph.images[index] ?? 0) - (Math.floor(index / 3) % 3 === 0 ? 255 : 0))));
  });

  it('draws places by seed', () => {
    expect(blendWithPhotographs(digits, [photograph], 1)).toEqual(blendWithPhotographs(digits, [photograph], 1));
    expect(blendWithPhotographs(digits, [photograph], 1)).not.toEqual(blendWithPhotographs(digits, [photograph], 2));
  });

  it('needs photographs that are large enough', () => {
    expect(() => blendWithPhotographs(digits, [], 1)).toThrow('at least one, and each of at least 4 x 4 pixels, found none');
    expect(() => blendWithPhotographs(digits, [{ ...photograph, shape: { height: 3, width: 10, channels: 3 } }], 1)).toThrow('found 3 x 10');
  });
});

describe('convertImages', () => {
  it('repeats grey in all colours and turns colours into grey', async () => {
    const grey = { images: Uint8Array.of(0, 100, 200, 255), count: 1, shape: { height: 2, width: 2, channels: 1 } };
    const colour = await convertImages(grey, { height: 2, width: 2, channels: 3 });
    expect([...colour]).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
    const back = await convertImages({ images: colour, count: 1, shape: { height: 2, width: 2, channels: 3 } }, { height: 2, width: 2, channels: 1 });
    for (const [index, value] of back.entries()) expect(Math.abs(value - (grey.images[index] ?? 0))).toBeLessThan(4);
  });

  it('resizes every image by itself', async () => {
    const images = Uint8Array.from({ length: 70 * 16 }, (_, index) => Math.floor(index / 16));
    const resized = await convertImages({ images, count: 70, shape: { height: 4, width: 4, channels: 1 } }, { height: 8, width: 8, channels: 1 });
    expect(resized).toEqual(Uint8Array.from({ length: 70 * 64 }, (_, index) => Math.floor(index / 64)));
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder, removeFolders, tarBytes, writeImage } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { readLabelList, readListedImages } from './label-list.js';
import type { LabelledImages } from '../images/labelled-images.js';
import { findPackedFiles } from '../archives/packed-files.js';
import { packedImageReader } from '../images/packed-images.js';
import { Unpacking } from '../archives/unpacking.js';

afterAll(removeFolders);

async function listedImages(folder: string): Promise<LabelledImages> {
  const unpacking = new Unpacking(2);
  return readListedImages(folder, await findPackedFiles(folder, unpacking), unpacking);
}

function png(level: number): Promise<Buffer> {
  return sharp(Buffer.alloc(48, level), { raw: { width: 4, height: 4, channels: 3 } }).png().toBuffer();
}

describe('images with a list of labels', () => {
  it('come in the order of the list', async () => {
    const folder = await makeFolder();
    const archive = await tarBytes({ 't/0.png': await png(10), 't/1.png': await png(200), 't_labels.txt': '1.png 7\n0.png 3\n' });
    await writeFile(join(folder, 'test.tar.gz'), gzipSync(archive));
    const { images, labels, count, shape } = await listedImages(folder);
    expect([count, labels, shape]).toEqual([2, ['7', '3'], { height: 4, width: 4, channels: 3 }]);
    expect([images[0], images[48]]).toEqual([200, 10]);
  });

  it('come from the folder of the list\'s name where training and test images have the same names', async () => {
    const folder = await makeFolder();
    const files = ['test', 'train'].flatMap((part) => [0, 1].map((index): [string, number] =>
      [`m/m_${part}/${index}.png`, (part === 'test' ? 10 : 200) + index]));
    const images = Object.fromEntries(await Promise.all(files.map(async ([name, level]) => [name, await png(level)] as const)));
    const lists = { 'm/m_test_labels.txt': '0.png 3\n1.png 4', 'm/m_train_labels.txt': '1.png 7\n0.png 8' };
    await writeFile(join(folder, 'm.tar.gz'), gzipSync(await tarBytes({ ...images, ...lists })));
    const { images: pixels, labels } = await listedImages(folder);
    expect([pixels[0], pixels[48], labels]).toEqual([10, 11, ['3', '4']]);

    const packed = await findPackedFiles(folder, new Unpacking(2));
    const list = packed.find(({ path }) => path.endsWith('m_train_labels.txt'));
    const train = await readLabelList(list!, packed);
    const reader = packedImageReader({ ...train, shape: { height: 4, width: 4, channels: 3 }, rules: 2, background: 'white' });
    const { inputs } = await reader.read(0, 2);
    expect([inputs[0], inputs[48], train.labels]).toEqual([201, 200, ['7', '8']]);
  });

  it.each(['', 'x_labels.txt and y_labels.txt'])('need one list: %s', async (lists) => {
    const folder = await makeFolder();
    for (const list of lists.split(' and ').filter((name) => name !== '')) await writeFile(join(folder, list), '0.png 1');
    const message = expect.stringContaining(`for testing, found ${lists === '' ? 'none' : lists}`) as string;
    await expect(listedImages(folder)).rejects.toMatchObject({ code: 'DATA_INVALID', message });
  });

  it.each<[string, string, string]>([
    ['a file that is not there', '0.png 1\n9.png 2\n', 'line 2: expected an image in 9.png, found no such file'],
    ['a line without a label', '0.png\n', 'line 1: expected a file and its label, found "0.png"'],
    ['a file twice', '0.png 1\n0.png 2\n', 'x_labels.txt, line 1 again'],
    ['an empty list', '\n', 'expected a line for each image, found none'],
    ['another size', '0.png 1\nlarge.png 1\n', 'line 2: expected 4 x 4 pixels like the first image, found 6 x 6'],
    ['what is no image', 'bad.png 1\n', 'bad.png: expected an image, found it undecodable'],
    ['a name that is there twice', 'same.png 1\n', 'line 1: expected an image in same.png, found 2 files of that name: a/same.png, b/'],
  ])('refuse %s', async (_what, list, message) => {
    const folder = await makeFolder();
    await writeImage(join(folder, '0.png'), [1, 2, 3], 4);
    await writeImage(join(folder, 'large.png'), [1, 2, 3], 6);
    await writeFile(join(folder, 'bad.png'), 'no image');
    for (const below of ['a', 'b']) await writeImage(join(folder, below, 'same.png'), [1, 2, 3], 4);
    await writeFile(join(folder, 'x_labels.txt'), list);
    await expect(listedImages(folder)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });
});

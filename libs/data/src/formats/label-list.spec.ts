import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder, removeFolders, tarBytes, writeImage } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { readListedImages } from './label-list.js';
import type { LabelledImages } from './labelled-images.js';
import { readPackedFiles } from './packed-files.js';
import { Unpacking } from './unpacking.js';

afterAll(removeFolders);

async function listedImages(folder: string): Promise<LabelledImages> {
  const unpacking = new Unpacking(2);
  return readListedImages(folder, await readPackedFiles(folder, /./, unpacking), unpacking);
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
    await expect(listedImages(folder)).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });
});

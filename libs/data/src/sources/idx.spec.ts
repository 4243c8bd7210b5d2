import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idxBytes, makeFolder, makeIdxFolder, removeFolders, someBytes } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { Unpacking } from '../formats/unpacking.js';
import { openIdxFolder } from './idx.js';

afterAll(removeFolders);

describe('openIdxFolder', () => {
  it('keeps size and order of the images', async () => {
    const { facts, train, test } = await openIdxFolder(await makeIdxFolder(), new Unpacking(2));
    expect(facts).toMatchObject({ shape: { height: 8, width: 4, channels: 1 }, classes: ['0', '1', '2'], trainCount: 12, testCount: 6 });
    expect(train.images).toEqual(someBytes(12 * 32, 5));
    expect([...test.labels]).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('makes contiguous classes of any label values, in order of their value', async () => {
    const { facts, train } = await openIdxFolder(await makeIdxFolder({ labels: [10, 200, 9] }), new Unpacking(2));
    expect(facts.classes).toEqual(['9', '10', '200']);
    expect([...train.labels.subarray(0, 3)]).toEqual([1, 2, 0]);
  });

  it('reads gzipped files to the same data', async () => {
    const plain = await openIdxFolder(await makeIdxFolder(), new Unpacking(2));
    const zipped = await openIdxFolder(await makeIdxFolder({ zip: true }), new Unpacking(2));
    expect(zipped.facts).toEqual(plain.facts);
  });

  it('knows the spelling with a dot', async () => {
    const folder = await makeIdxFolder();
    await rename(join(folder, 't10k-labels-idx1-ubyte'), join(folder, 't10k-labels.idx1-ubyte'));
    await expect(openIdxFolder(folder, new Unpacking(2))).resolves.toBeDefined();
  });

  it('names the folder or the names of the file that is missing', async () => {
    const folder = await makeIdxFolder();
    await rm(join(folder, 't10k-images-idx3-ubyte'));
    await expect(openIdxFolder(folder, new Unpacking(2))).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: expect.stringContaining('t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz') as string,
    });
    await expect(openIdxFolder(join(folder, 'nowhere'), new Unpacking(2))).rejects.toMatchObject({ code: 'DATA_MISSING' });
    await expect(openIdxFolder(join(folder, 'train-labels-idx1-ubyte'), new Unpacking(2))).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it.each([
    ['a label for each of the 12 images', 'train-labels-idx1-ubyte', idxBytes([11], new Uint8Array(11))],
    ['multiples of 4 pixels, found 7 x 4', 'train-images-idx3-ubyte', idxBytes([12, 7, 4], new Uint8Array(12 * 28))],
    ['test images of 8 x 4 x 1', 't10k-images-idx3-ubyte', idxBytes([6, 4, 8], new Uint8Array(6 * 32))],
    ['labels that the training set has too, found 9 at image 5', 't10k-labels-idx1-ubyte', idxBytes([6], Uint8Array.of(0, 1, 2, 0, 1, 9))],
    ['2 to 255 classes, found 1', 'train-labels-idx1-ubyte', idxBytes([12], new Uint8Array(12))],
  ])('refuses data without %s', async (message, name, bytes) => {
    const folder = await makeIdxFolder({ labels: message.startsWith('2 to') ? [0] : [0, 1, 2] });
    await writeFile(join(folder, name), bytes);
    await expect(openIdxFolder(folder, new Unpacking(2))).rejects.toMatchObject({
      code: 'DATA_INVALID', message: expect.stringContaining(message) as string,
    });
  });

  it('refuses an empty folder', async () => {
    await expect(openIdxFolder(await makeFolder(), new Unpacking(2))).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });
});

import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA } from '@lethe/config';
import { idxBytes, makeFolder, makeIdxFolder, removeFolders, someBytes } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openData } from '../open-data.js';

afterAll(removeFolders);

/** The data of a folder of IDX files. */
const openIdxFolder = (folder: string) => openData({ ...PLAIN_DATA, kind: 'idx', folder }, 1);

describe('a folder of IDX files', () => {
  it('keeps size and order of the images', async () => {
    const { facts, train, test } = await openIdxFolder(await makeIdxFolder());
    expect(facts).toMatchObject({ shape: { height: 8, width: 4, channels: 1 }, classes: ['0', '1', '2'], trainCount: 12, testCount: 6 });
    expect(train.inputs.gather(train.rows)).toEqual(someBytes(12 * 32, 5));
    expect([...test.labels]).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('makes contiguous classes of any label values, in order of their value', async () => {
    const { facts, train } = await openIdxFolder(await makeIdxFolder({ labels: [10, 200, 9] }));
    expect(facts.classes).toEqual(['9', '10', '200']);
    expect([...train.labels.subarray(0, 3)]).toEqual([1, 2, 0]);
  });

  it('reads gzipped files to the same data', async () => {
    const plain = await openIdxFolder(await makeIdxFolder());
    const zipped = await openIdxFolder(await makeIdxFolder({ zip: true }));
    expect(zipped.facts).toEqual(plain.facts);
  });

  it('knows the spelling with a dot', async () => {
    const folder = await makeIdxFolder();
    await rename(join(folder, 't10k-labels-idx1-ubyte'), join(folder, 't10k-labels.idx1-ubyte'));
    await expect(openIdxFolder(folder)).resolves.toBeDefined();
  });

  it('names the folder or the names of the file that is missing', async () => {
    const folder = await makeIdxFolder();
    await rm(join(folder, 't10k-images-idx3-ubyte'));
    await expect(openIdxFolder(folder)).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: expect.stringContaining('t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz') as string,
    });
    await expect(openIdxFolder(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'DATA_MISSING' });
    await expect(openIdxFolder(join(folder, 'train-labels-idx1-ubyte'))).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it.each([
    ['a label for each of the 12 images', 'train-labels-idx1-ubyte', idxBytes([11], new Uint8Array(11))],
    ['test images of 8 x 4 x 1', 't10k-images-idx3-ubyte', idxBytes([6, 4, 8], new Uint8Array(6 * 32))],
    ['labels that the training set has too (0, 1, 2), found "9"', 't10k-labels-idx1-ubyte', idxBytes([6], Uint8Array.of(0, 1, 2, 0, 1, 9))],
    ['at least 2 classes, found 1', 'train-labels-idx1-ubyte', idxBytes([12], new Uint8Array(12))],
  ])('refuses data without %s', async (message, name, bytes) => {
    const folder = await makeIdxFolder({ labels: message.startsWith('at least 2') ? [0] : [0, 1, 2] });
    await writeFile(join(folder, name), bytes);
    await expect(openIdxFolder(folder)).rejects.toMatchObject({
      code: 'DATA_INVALID', message: expect.stringContaining(message) as string,
    });
  });

  it('refuses sides that the networks cannot halve twice', async () => {
    const folder = await makeIdxFolder();
    for (const [name, count] of [['train', 12], ['t10k', 6]] as const) {
      await writeFile(join(folder, `${name}-images-idx3-ubyte`), idxBytes([count, 7, 4], new Uint8Array(count * 28)));
    }
    await expect(openIdxFolder(folder)).rejects.toThrow('multiples of 4 pixels, found 7 x 4');
  });

  it('refuses an empty folder', async () => {
    await expect(openIdxFolder(await makeFolder())).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });
});

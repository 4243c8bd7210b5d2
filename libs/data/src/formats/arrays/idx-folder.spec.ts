import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PLAIN_DATA } from '@lethe/config';
import { makeFolder, makeIdxFolder, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openData } from '../../open-data.js';
import { findIdxFiles } from './idx-folder.js';

afterAll(removeFolders);

async function folderOf(names: readonly string[]): Promise<string> {
  const folder = await makeFolder();
  for (const name of names) await writeFile(join(folder, name), '');
  return folder;
}

async function found(folder: string): Promise<string[]> {
  const { train, test } = await findIdxFiles(folder);
  return [train.images, train.labels, test.images, test.labels].map((file) => relative(folder, file));
}

describe('findIdxFiles', () => {
  it.each([
    ['MNIST', [
      'train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte.gz', 't10k-labels.idx1-ubyte',
    ]],
    ['EMNIST', [
      'emnist-letters-train-images-idx3-ubyte.gz', 'emnist-letters-train-labels-idx1-ubyte.gz',
      'emnist-letters-test-images-idx3-ubyte.gz', 'emnist-letters-test-labels-idx1-ubyte.gz',
    ]],
    ['QMNIST', [
      'qmnist-train-images-idx3-ubyte.gz', 'qmnist-train-labels-idx2-int.gz', 'qmnist-test-images-idx3-ubyte.gz',
      'qmnist-test-labels-idx2-int.gz',
    ]],
  ])('finds the files of %s', async (_what, names) => {
    expect(await found(await folderOf([...names, 'emnist-letters-mapping.txt', '._train-images-idx3-ubyte']))).toEqual(names);
  });

  it('takes unpacked files before packed ones, and MNIST before what lies beside it', async () => {
    const plain = ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte', 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'];
    const beside = [...plain.map((name) => `${name}.gz`), 'test-images-idx3-ubyte', 'qmnist-train-images-idx3-ubyte'];
    expect(await found(await folderOf([...plain, ...beside]))).toEqual(plain);
  });

  it('looks into folders with the name of a file', async () => {
    const folder = await makeIdxFolder();
    const names = (await readdir(folder)).sort();
    for (const name of names) {
      await rename(join(folder, name), join(folder, 'file'));
      await mkdir(join(folder, name));
      await rename(join(folder, 'file'), join(folder, name, name.startsWith('train-images') ? 'unpacked' : name));
    }
    await expect(openData({ ...PLAIN_DATA, kind: 'idx', folder }, 1)).resolves.toMatchObject({ facts: { trainCount: 12, testCount: 6 } });
  });

  it('names several data sets in one folder', async () => {
    const names = ['letters', 'digits'].flatMap((set) => [`emnist-${set}-train-images-idx3-ubyte`, `emnist-${set}-test-images-idx3-ubyte`]);
    await expect(findIdxFiles(await folderOf(names))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(
        'expected one data set of IDX files: put each into a folder of its own, found emnist-digits, emnist-letters$',
      ) as string,
    });
  });

  it('names the file that is missing', async () => {
    await expect(findIdxFiles(await folderOf(['emnist-letters-train-images-idx3-ubyte']))).rejects.toMatchObject({
      code: 'DATA_MISSING', message: expect.stringContaining('named emnist-letters-train-labels-idx1-ubyte or ') as string,
    });
  });
});

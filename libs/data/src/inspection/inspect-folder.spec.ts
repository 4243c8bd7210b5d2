import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, makeIdxFolder, makeImageFolder, matlabBytes, removeFolders, someBytes, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { inspectFolder } from './inspect-folder.js';

afterAll(removeFolders);

async function folderWithEverything(): Promise<string> {
  const folder = await makeFolder();
  await rename(await makeIdxFolder(), join(folder, 'idx'));
  await rename(await makeImageFolder(), join(folder, 'pets'));
  for (const name of ['svhn', 'photos', 'listed', 'patients', 'usps', 'empty']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'svhn', 'train_32x32.mat'), matlabBytes([
    { name: 'X', dimensions: [4, 4, 3, 2], values: someBytes(96) }, { name: 'y', dimensions: [2, 1], values: Uint8Array.of(10, 3) },
  ]));
  await writeImage(join(folder, 'photos', 'a.png'), [1, 2, 3]);
  await writeImage(join(folder, 'listed', '0.png'), [255, 0, 0]);
  await writeFile(join(folder, 'listed', 'test_labels.txt'), '0.png 7\n');
  await writeFile(join(folder, 'patients', 'all.csv'), 'age,ill\n50,1\n,0\n');
  await writeFile(join(folder, 'usps', 'usps.t'), '1 1:0\n2 1:1\n');
  return folder;
}

describe('inspectFolder', () => {
  it('names the data of every folder, with counts and classes', async () => {
    const { found, damaged } = await inspectFolder(await folderWithEverything(), 2);
    expect(damaged).toEqual([]);
    const described = found.map(({ name, kind, contents, classes }) => {
      const counts = classes.map((counted) => `${counted.name}:${counted.count}`);
      return [name, kind, contents, counts.join(' ')];
    });
    expect(described).toEqual([
      ['idx', 'IDX files', '12 training images and 6 test images of 8 x 4 x 1', '0:4 1:4 2:4'],
      ['listed', 'images with a label list', '1 image of 8 x 8 x 3', '7:1'],
      ['patients', 'a table', 'all.csv: 2 rows of age, ill; 1 cell missing', ''],
      ['pets', 'images with labels.csv', '24 images', 'cat:12 dog:12'],
      ['photos', 'images without labels', '1 image', ''],
      ['svhn', 'SVHN (train_32x32.mat)', '2 images of 4 x 4 x 3', '0:1 3:1'],
      ['usps', 'USPS as text (usps.t)', '2 images of 16 x 16 x 1', '0:1 1:1'],
    ]);
  });

  it('lays samples out by class', async () => {
    const { found } = await inspectFolder(await folderWithEverything(), 2);
    const samples = found.find(({ name }) => name === 'listed')?.samples;
    expect([samples?.rows, samples?.columns, samples?.shape]).toEqual([1, 10, { height: 8, width: 8, channels: 3 }]);
    expect([...(samples?.images.subarray(0, 3) ?? [])]).toEqual([255, 0, 0]);
  });

  it('reports damaged data and goes on', async () => {
    const folder = await folderWithEverything();
    await writeFile(join(folder, 'svhn', 'train_32x32.mat'), 'not MATLAB');
    const { found, damaged } = await inspectFolder(folder, 2);
    expect(found).toHaveLength(6);
    expect(damaged).toEqual([expect.stringContaining('train_32x32.mat: expected')]);
  });

  it('wants a folder', async () => {
    await expect(inspectFolder('/nowhere', 2)).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA, type DataConfig } from '@lethe/config';
import { makeIdxFolder, makeImageFolder, removeFolders, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openData } from './open-data.js';

afterAll(removeFolders);

const CONFIG: DataConfig = { ...PLAIN_DATA, imageSize: 8 };

/** Every kind of data, and how to change one byte where the data are the test's own. */
const SOURCES = [
  { kind: 'mnist', makeFolder: async () => null, change: undefined },
  { kind: 'idx', makeFolder: makeIdxFolder, change: changeLastByte('t10k-images-idx3-ubyte') },
  {
    kind: 'images', makeFolder: makeImageFolder,
    change: async (folder: string) => writeImage(join(folder, 'images/05.png'), [36, 36, 36]),
  },
] as const;

function changeLastByte(name: string) {
  return async (folder: string): Promise<void> => {
    const bytes = await readFile(join(folder, name));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(join(folder, name), bytes);
  };
}

describe.each(SOURCES)('data of the kind $kind', ({ kind, makeFolder, change }) => {
  it('has facts that fit its sets', async () => {
    const { facts, train, test } = await openData({ ...CONFIG, kind, folder: await makeFolder() }, 1);
    expect([train.count, test.count]).toEqual([facts.trainCount, facts.testCount]);
    const { height, width, channels } = facts.shape;
    for (const dataset of [train, test]) {
      expect(dataset.inputs.shape).toEqual(facts.shape);
      expect(dataset.inputs.gather(dataset.rows).length).toBe(dataset.count * height * width * channels);
      expect(dataset.labels.length).toBe(dataset.count);
      expect(dataset.labels.every((label) => label < facts.classes.length)).toBe(true);
    }
    expect(new Set(train.labels).size).toBe(facts.classes.length);
    expect(new Set(facts.classes).size).toBe(facts.classes.length);
    expect(facts.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has one fingerprint however often it is opened, and another after one byte has changed', async () => {
    const folder = await makeFolder();
    const open = async () => (await openData({ ...CONFIG, kind, folder }, 1)).facts.fingerprint;
    const before = await open();
    expect(await open()).toBe(before);
    if (change === undefined || folder === null) return;
    await change(folder);
    expect(await open()).not.toBe(before);
  });
});

describe('openData', () => {
  it('needs a folder unless the data is MNIST', async () => {
    await expect(openData({ ...CONFIG, kind: 'idx' }, 1)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'data.folder: expected a folder with the idx to read, found none',
    });
  });
});

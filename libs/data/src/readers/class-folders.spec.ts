import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PLAIN_DATA, type DataConfig } from '@lethe/config';
import { makeFolder, removeFolders, tarBytes, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataSource } from '../model/dataset.js';
import { openData } from '../open-data.js';

afterAll(removeFolders);

/** Files of a folder; images are made, others are empty. "a/#.png" stands for six images. */
async function folderOf(files: readonly string[]): Promise<string> {
  const folder = await makeFolder();
  let colour = 0;
  const sixOf = (name: string) => [0, 1, 2, 3, 4, 5].map((index) => name.replace('#', String(index)));
  for (const file of files.flatMap((name) => (name.includes('#') ? sixOf(name) : [name]))) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    colour += 3;
    if (file.endsWith('.png')) await writeImage(join(folder, file), [colour, 0, 0]);
    else await writeFile(join(folder, file), '');
  }
  return folder;
}

function open(folder: string, more: Partial<DataConfig> = {}): Promise<DataSource> {
  return openData({ ...PLAIN_DATA, kind: 'images', folder, imageSize: 8, channels: 3, ...more }, 1);
}

const notesOf = ({ notes }: DataSource) => notes.map(({ text }) => text).join('\n');

describe('images in folders that are called as their classes are', () => {
  it.each<[layout: string, files: string[], counts: [train: number, test: number], said: string]>([
    ['class/image', ['cat/#.png', 'dog/#.png'], [10, 2], 'read as class/image: classes cat, dog'],
    ['class/images/image', ['cat/images/#.png', 'dog/images/#.png'], [10, 2], 'read as class/images/image: classes cat, dog'],
    ['a folder above all', ['pets/cat/#.png', 'pets/dog/#.png'], [10, 2], 'read as pets/class/image: classes cat, dog'],
    [
      'train/class/image', ['train/cat/#.png', 'train/dog/#.png', 'test/cat/1.png', 'test/dog/2.png'], [12, 2],
      'read as split/class/image: classes cat, dog; splits test, train',
    ],
    [
      'class/train/image', ['cat/train/#.png', 'dog/train/#.png', 'cat/test/1.png', 'dog/test/1.png'], [12, 2], 'read as class/split/image',
    ],
    [
      'domain/class/image', ['day/cat/#.png', 'day/dog/#.png', 'night/cat/#.png', 'night/dog/#.png'], [20, 4],
      'read as domain/class/image: domains day, night; classes cat, dog',
    ],
    [
      'domain/train/class/image',
      ['day/train/cat/#.png', 'day/train/dog/#.png', 'day/test/cat/0.png', 'night/test/dog/0.png', 'night/train/cat/1.png'], [13, 2],
      'read as domain/split/class/image: domains day, night; classes cat, dog; splits test, train',
    ],
    [
      'files that are no images', ['cat/#.png', 'dog/#.png', 'dog/Thumbs.db', 'read.me'], [10, 2],
      '2 files that are no images are passed over',
    ],
  ])('%s', async (_layout, files, counts, said) => {
    const data = await open(await folderOf(files));
    expect([[data.facts.trainCount, data.facts.testCount], data.facts.classes]).toEqual([counts, ['cat', 'dog']]);
    expect(notesOf(data)).toContain(said);
  });

  it('val is held out, and tested with where there is no test', async () => {
    const files = ['train/a/#.png', 'train/b/#.png', 'val/a/0.png', 'val/b/0.png'];
    const all = await open(await folderOf([...files, 'test/a/0.png', 'test/b/1.png']));
    expect([all.facts.trainCount, all.facts.heldOutCount, all.facts.testCount]).toEqual([14, 2, 2]);
    const without = await open(await folderOf(files));
    expect([without.facts.trainCount, without.facts.heldOutCount, without.facts.testCount]).toEqual([12, null, 2]);
    expect(notesOf(without)).toContain('there is no part for testing: the 2 examples for validation are tested with');
  });

  it('a word for a split beside other names is a name, which is said', async () => {
    const data = await open(await folderOf(['train/#.png', 'bus/#.png']));
    expect(data.facts.classes).toEqual(['bus', 'train']);
    expect(notesOf(data))
      .toContain('folders train are read as a class, not as a split, as bus beside them is no word for train, val or test');
  });

  it('the composed form of a name is the class', async () => {
    const data = await open(await folderOf(['caf\u00e9/#.png', 'cafe\u0301/#.png', 'bar/#.png']));
    expect(data.facts.classes).toEqual(['bar', 'caf\u00e9']);
  });

  it.each<[string, string[], string]>([
    ['images at different depths', ['logo.png', 'cat/#.png', 'dog/#.png'], 'found logo.png (1) and cat/0.png (12)'],
    ['no folders', ['#.png'], '6 images without a folder or a list that says their classes (0.png, ...)'],
    ['too many levels', ['a/b/c/#.png', 'd/e/f/#.png'], 'or in folders class/image or domain/class/image, found a/b/c/0.png and 11 others'],
    ['no images', ['a/x.txt', 'b/y.txt', 'z.dat'], 'found 2 files .txt (a/x.txt, ...), z.dat'],
    ['one class', ['pets/cat/#.png'], 'expected at least 2 classes, found 1 ("cat")'],
  ])('%s: refused', async (_what, files, found) => {
    await expect(open(await folderOf(files))).rejects.toThrow(found);
  });

  it('with a table beside them that is no list: what it lacks is said with the refusal', async () => {
    for (const files of [['train/#.png'], ['#.png']]) {
      const folder = await folderOf(files);
      await writeFile(join(folder, 'train.csv'), 'image_id,breed\n0,cat\n1,dog\n');
      await expect(open(folder)).rejects.toThrow(/found .*; .*train\.csv is not read as a list of images: .*--label-column NAME/);
    }
  });

  it('bad images are named by their folder, examples by their path', async () => {
    const folder = await folderOf(['cat/#.png', 'dog/#.png']);
    const { placeOf } = await open(folder);
    expect(placeOf(0)).toMatch(/^(cat|dog)\/\d+\.png$/);
    await writeFile(join(folder, 'cat', '3.png'), 'no image');
    await expect(open(folder)).rejects.toThrow(/folder cat: expected an image in .*cat\/3\.png, found/);
  });
});

describe('images in archives', () => {
  async function archived(name: string, files: readonly string[], below: string): Promise<string> {
    const folder = await folderOf(files);
    const content = await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))] as const));
    const target = await makeFolder();
    await mkdir(join(target, below), { recursive: true });
    await writeFile(join(target, below, name), await tarBytes(Object.fromEntries(content)));
    return target;
  }
  const FILES = ['cat', 'dog'].flatMap((name) => [0, 1, 2].map((index) => `${name}/${index}.png`));

  it('are read as if they were unpacked', async () => {
    const unpacked = await open(await folderOf(FILES));
    const packed = await open(await archived('pets.tar', FILES, '.'));
    expect(packed.facts).toEqual(unpacked.facts);
    expect(notesOf(packed)).toContain('6 images, read as pets/class/image: classes cat, dog');
  });

  it('are listed by a table inside or beside', async () => {
    const folder = await archived('pets.tar', FILES, 'packed');
    const rows = FILES.map((file, index) => `${file},${index % 2},${index}`);
    await writeFile(join(folder, 'pets.csv'), ['image,class,age', ...rows].join('\n'));
    const data = await open(folder);
    expect(data.facts.classes).toEqual(['0', '1']);
    expect(data.train.attributes.map(({ name, kind }) => [name, kind])).toEqual([['class', 'category'], ['age', 'number']]);
    expect(notesOf(data)).toContain('pets.csv: the column image as the file, class as the label');
  });

  it('are not looked into where images lie beside them', async () => {
    const folder = await archived('old.tar', FILES, '.');
    for (const file of ['a/0.png', 'a/1.png', 'b/0.png', 'b/1.png']) await writeImage(join(folder, file), [1, 2, 3]);
    const data = await open(folder);
    expect(data.facts.classes).toEqual(['a', 'b']);
    expect(notesOf(data)).toContain('images lie beside old.tar: no archive is looked into');
  });

  it('may not hold more than the bound on unpacking', async () => {
    const folder = await archived('pets.tar', FILES, '.');
    await expect(open(folder, { unpackedGiB: 1e-9 })).rejects.toMatchObject({ code: 'DATA_TOO_LARGE' });
  });
});

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PLAIN_DATA, READING, type DataConfig, type ReadingConfig } from '@lethe/config';
import { makeFolder, removeFolders, tarBytes, writeImage } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataSource, Dataset } from '../model/dataset.js';
import { openData } from '../open-data.js';

afterAll(removeFolders);

type Cells = readonly string[];

/** A folder of images of 8 x 8, each of another colour, and a list of them. */
async function makeListed(files: Cells, rows: Cells, { ends = '\n', start = '' } = {}): Promise<string> {
  const folder = await makeFolder();
  for (const [index, file] of files.entries()) await writeImage(join(folder, file), [10 + index, 100, 200]);
  await writeFile(join(folder, 'labels.csv'), start + rows.map((row) => row + ends).join(''));
  return folder;
}

function numbered(count: number, nameOf = (index: number) => `${index}.png`): string[] {
  return Array.from({ length: count }, (_, index) => nameOf(index));
}

function open(folder: string, reading: Partial<ReadingConfig> = {}, more: Partial<DataConfig> = {}): Promise<DataSource> {
  return openData({ ...PLAIN_DATA, kind: 'images', folder, imageSize: 8, channels: 3, reading: { ...READING, ...reading }, ...more }, 1);
}

function openDomains(folder: string, target: string): Promise<DataSource> {
  const domains = { from: [{ kind: 'images' as const, folder: '.' }], target, sources: null, training: 'adaptation' as const };
  return open(folder, {}, { kind: 'domains', domains });
}

/** The first byte of each image, by which the images of these tests are known, and the name of its label. */
function firstBytes({ inputs, rows, labels }: Dataset, classes: Cells): [number, string][] {
  const bytes = inputs.gather(rows);
  const length = bytes.length / rows.length;
  return Array.from(rows, (_, index) => [bytes[index * length] ?? -1, classes[labels[index] ?? -1] ?? '']);
}

const warningsOf = ({ notes }: DataSource) => notes.filter(({ kind }) => kind === 'warning').map(({ text }) => text);
const textOf = ({ notes }: DataSource) => notes.map(({ text }) => text).join('\n');

describe('images as people have them', () => {
  it('MNIST-M as published: each list has the images of its own folder', async () => {
    const png = (level: number): Promise<Buffer> => (
      sharp(Buffer.alloc(192, level), { raw: { width: 8, height: 8, channels: 3 } }).png().toBuffer()
    );
    const files: Record<string, Buffer | string> = {};
    for (const [part, level] of [['test', 10], ['train', 200]] as const) {
      for (let index = 0; index < 6; index += 1) files[`mnist_m/mnist_m_${part}/0${index}.png`] = await png(level + index);
    }
    files['mnist_m/mnist_m_train_labels.txt'] = numbered(6, (index) => `0${index}.png ${(index + 1) % 3}\n`).join('');
    files['mnist_m/mnist_m_test_labels.txt'] = numbered(6, (index) => `0${index}.png ${index % 3}\n`).join('');
    const folder = await makeFolder();
    await writeFile(join(folder, 'mnist_m.tar.gz'), gzipSync(await tarBytes(files)));
    const data = await open(folder);
    const { train, test, facts } = data;
    const of = (level: number, label: (index: number) => number) => numbered(6).map((_, index) => [level + index, String(label(index))]);
    expect(firstBytes(train, facts.classes)).toEqual(of(200, (index) => (index + 1) % 3));
    expect(firstBytes(test, facts.classes)).toEqual(of(10, (index) => index % 3));
    expect(textOf(data))
      .toMatch(/mnist_m_test_labels\.txt \(6 images for testing\) and .*mnist_m_train_labels\.txt \(6 images for training\)/);
  });

  it('a spreadsheet\'s list: a mark at its start, semicolons, ends of lines as in Windows', async () => {
    const rows = ['file;label', ...numbered(12, (index) => `${index}.png;${index % 2 === 0 ? 'dog' : 'cat'}`)];
    const data = await open(await makeListed(numbered(12), rows, { start: '\uFEFF', ends: '\r\n' }));
    expect(data.facts.classes).toEqual(['cat', 'dog']);
    expect(data.facts.trainCount + data.facts.testCount).toBe(12);
    expect(textOf(data)).toContain('separated by semicolons');
  });

  it('the splits train, val and test: val is held out', async () => {
    const rows = numbered(12, (index) => `${index}.png,${index % 2},${['train', 'train', 'val', 'test'][index >> 1 & 3] ?? ''}`);
    const { facts, train, heldOut } = await open(await makeListed(numbered(12), ['file,label,split', ...rows]));
    expect([facts.trainCount, facts.heldOutCount, facts.testCount]).toEqual([10, 2, 2]);
    const bytes = firstBytes(train, facts.classes).map(([byte]) => byte);
    expect(Array.from(heldOut ?? [], (row) => bytes[row])).toEqual([14, 15]);
  });

  it('one word in two forms of Unicode is one class; spellings that differ by case are named', async () => {
    const words = ['cat', 'Cat', 'caf\u00e9', 'cafe\u0301'];
    const rows = numbered(16, (index) => `${index}.png,${words[index % 4] ?? ''}`);
    const folder = await makeListed(numbered(16), ['file,label', ...rows]);
    const data = await open(folder);
    expect(data.facts.classes).toEqual(['Cat', 'caf\u00e9', 'cat']);
    expect(warningsOf(data)).toEqual(['label: "Cat" (4) and "cat" (4) are read as different; --labels-as-is if they are']);
    expect(warningsOf(await open(folder, { labelsAsIs: true }))).toEqual([]);
    const earlier = await open(folder, { rules: 1, labelsAsIs: true });
    expect(earlier.facts.classes).toHaveLength(4);
  });

  it('backslashes in paths', async () => {
    const files = numbered(8, (index) => `night/${index}.png`);
    const rows = files.map((file, index) => `${file.replace('/', '\\')},${index % 2}`);
    const data = await open(await makeListed(files, ['file,label', ...rows]));
    expect(data.facts.trainCount + data.facts.testCount).toBe(8);
    expect(textOf(data)).toContain('8 files are listed with backslashes; the first: night\\0.png for night/0.png');
  });

  it('names that differ in case from those on disk', async () => {
    const files = numbered(8, (index) => `IMG_${index}.png`);
    const rows = files.map((file, index) => `${file.replace('png', 'PNG')},${index % 2}`);
    const data = await open(await makeListed(files, ['file,label', ...rows]));
    expect(data.facts.trainCount + data.facts.testCount).toBe(8);
    expect(textOf(data)).toContain('8 files are listed in another case; the first: IMG_0.PNG for IMG_0.png');
  });

  it('three domains, one of them without labels', async () => {
    const domains = ['day', 'dusk', 'night'];
    const labelOf = (index: number): string => (index % 3 === 2 ? '' : ['cat', 'dog'][index & 1] ?? '');
    const rows = numbered(36, (index) => `${index}.png,${domains[index % 3] ?? ''},${labelOf(index)}`);
    const { facts } = await openDomains(await makeListed(numbered(36), ['file,domain,label', ...rows]), 'night');
    expect(facts.domains.map(({ name, trainCount, labelledCount }) => [name, trainCount, labelledCount]))
      .toEqual([['day', 10, 10], ['dusk', 10, 10], ['night', 10, 0]]);
  });

  it('domain/images/class/image without a list', async () => {
    const folder = await makeFolder();
    for (let index = 0; index < 24; index += 1) {
      const file = join(folder, index % 2 === 0 ? 'amazon' : 'dslr', 'images', index % 4 < 2 ? 'bike' : 'mug', `frame_${index}.png`);
      await writeImage(file, [10 + index, 0, 0]);
    }
    await mkdir(join(folder, '.cache', 'x'), { recursive: true });
    await writeImage(join(folder, '.cache', 'x', 'y.png'), [0, 0, 0]);
    const data = await openDomains(folder, 'dslr');
    expect(data.facts.classes).toEqual(['bike', 'mug']);
    expect(data.facts.domains.map(({ name, trainCount, testCount }) => [name, trainCount, testCount]))
      .toEqual([['amazon', 10, 2], ['dslr', 10, 2]]);
    expect(textOf(data)).toContain('24 images, read as domain/images/class/image: domains amazon, dslr; classes bike, mug');
  });

  it('black ink on transparent paper is drawn on white', async () => {
    const files = numbered(8);
    const rows = files.map((file, index) => `${file},${['circle', 'square'][index % 2] ?? ''}`);
    const folder = await makeListed(files, ['file,label', ...rows]);
    for (const [index, file] of files.entries()) {
      const pixels = Uint8Array.from({ length: 256 }, (_, place) => (place % 4 === 3 && (place >> 2) % (index + 3) === 0 ? 255 : 0));
      await sharp(pixels, { raw: { width: 8, height: 8, channels: 4 } }).png().toFile(join(folder, file));
    }
    const pixelsOf = async (reading: Partial<ReadingConfig>) => {
      const { train } = await open(folder, reading);
      return new Set(train.inputs.gather(train.rows));
    };
    expect(await pixelsOf({})).toEqual(new Set([0, 255]));
    expect(await pixelsOf({ background: 'black' })).toEqual(new Set([0]));
    expect(await pixelsOf({ rules: 1 })).toEqual(new Set([0]));
  });

  it('broken files are named all at once, or left out and counted', async () => {
    const files = numbered(48);
    const folder = await makeListed(files, ['file,label', ...files.map((file, index) => `${file},${index % 2}`)]);
    const noise = Uint8Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 256);
    const png = await sharp(noise, { raw: { width: 64, height: 64, channels: 1 } }).png().toBuffer();
    await writeFile(join(folder, '5.png'), png.subarray(0, png.length / 2));
    await writeFile(join(folder, '9.png'), '');
    const refusal = open(folder);
    await expect(refusal).rejects.toThrow(/found 2 that cannot.*--skip-bad|--skip-bad.*found 2 that cannot/);
    await expect(refusal).rejects.toThrow(/line 7: expected an image in .*5\.png, found [^]*line 11: expected an image in .*9\.png, found/);
    const data = await open(folder, { skipBad: 0.05 });
    expect(data.facts.trainCount + data.facts.testCount).toBe(46);
    const warning = /^2 inputs that cannot be read are left out \(--skip-bad\); the first: .*line 7: /;
    expect(warningsOf(data)).toEqual([expect.stringMatching(warning)]);
    await expect(open(folder, { skipBad: 0.04 })).rejects.toThrow('--skip-bad allows 4.00 %');
  });

  it('an odd JPEG is read, and counted', async () => {
    const files = numbered(8);
    const folder = await makeListed(files, ['file,label', ...files.map((file, index) => `${file},${index % 2}`)]);
    const bytes = await readFile(join(import.meta.dirname, '../../../testing/fixtures/jpeg/testorig.jpg'));
    const marker = Buffer.of(0xff, 0xe5, 0, 3, 0, 0, 0);
    await writeFile(join(folder, '3.png'), Buffer.concat([bytes.subarray(0, 2), marker, bytes.subarray(2)]));
    const data = await open(folder);
    expect(data.facts.trainCount + data.facts.testCount).toBe(8);
    expect(textOf(data)).toMatch(/^1 image was read although the decoder complained, the first: .*line 5: expected an image in .*3\.png$/m);
  });

  it('a label with a single row is named with the way to go on', async () => {
    const files = numbered(13);
    const rows = files.map((file, index) => `${file},${index === 12 ? 'unicorn' : index % 2}`);
    const folder = await makeListed(files, ['file,label', ...rows]);
    const way = /at least 2 examples labelled "unicorn" .*found 1; --min-per-class 2 leaves such classes out/;
    await expect(open(folder)).rejects.toThrow(way);
    const data = await open(folder, { minPerClass: 2 });
    expect(data.facts.classes).toEqual(['0', '1']);
    expect(textOf(data)).toContain('1 example of classes with fewer than 2 left out (--min-per-class): unicorn (1)');
  });
});

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PLAIN_DATA, READING, type DataConfig, type ReadingConfig } from '@lethe/config';
import { makeFolder, makeImageFolder, removeFolders, writeImage } from '@lethe/testing';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../model/dataset.js';
import { openData } from '../open-data.js';

afterAll(removeFolders);

const EARLIER_READING = { rules: 1, labelsAsIs: true, background: 'black' } as const;
const OPTIONS = { ...PLAIN_DATA, kind: 'images', imageSize: 8 } as const;
const openImageFolder = ({ seed = 1, ...config }: DataConfig & { seed?: number }) => openData(config, seed);
const inputsOf = ({ inputs, rows }: Dataset) => inputs.gather(rows);

async function folderWith(rows: readonly string[]): Promise<string> {
  const folder = await makeFolder();
  for (const name of ['a', 'b', 'c', 'd']) await writeImage(join(folder, `${name}.png`), [200, 100, 50]);
  await writeFile(join(folder, 'labels.csv'), rows.join('\n'));
  return folder;
}

async function refusalOf(rows: readonly string[]): Promise<{ code: string; message: string }> {
  const error: unknown = await openImageFolder({ ...OPTIONS, folder: await folderWith(rows) }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'LetheError' });
  return error as { code: string; message: string };
}

const FOUR = ['file,label', 'a.png,x', 'b.png,x', 'c.png,y', 'd.png,y'];

describe('the table', () => {
  it('follows the split column and sorts images by name, whatever the order of the rows', async () => {
    const rows = ['a.png,x,train', 'b.png,y,train', 'c.png,y,test', 'd.png,x,train'];
    const forward = await openImageFolder({ ...OPTIONS, folder: await folderWith(['file,label,split', ...rows]) });
    const reversed = await openImageFolder({ ...OPTIONS, folder: await folderWith(['file,label,split', ...rows.reverse()]) });
    expect([...forward.train.labels]).toEqual([0, 1, 0]);
    expect([...forward.test.labels]).toEqual([1]);
    expect(reversed.facts).toEqual(forward.facts);
  });

  it('may have other columns in any order, quotes, spaces, a byte order mark and Windows line ends', async () => {
    const rows = ['\uFEFFage,label,file,split\r', '3,"x, y", ./a.png,train\r', '4,z,b.png,train\r', '5,z,c.png,test\r', ''];
    const folder = await folderWith(rows);
    const { facts } = await openImageFolder({ ...OPTIONS, folder });
    expect(facts.classes).toEqual(['x, y', 'z']);
  });

  it.each([
    [['name,label', 'a.png,x'], 'labels.csv: expected a column with the names of the image files (file, filename, path, image or id, or '
      + '--file-column NAME), found name, label'],
    [['file,name', 'a.png,x'], 'expected a column of labels (label, class or category, or --label-column NAME), found file, name'],
    [[], 'found an empty file'],
    [['file,label'], 'labels.csv: expected a row below the header, found none'],
    [['file,label', 'a.png'], 'labels.csv, line 2: expected 2 cells like the first line, found 1'],
    [['file,label', 'a.png,x', '', 'b.png,'], 'labels.csv, line 4: expected a label, found an empty cell: label it'],
    [['file,label', ',x'], 'labels.csv, line 2: expected a file name, found an empty cell'],
    [[...FOUR, '../a.png,x'], 'line 6: expected an image in ../a.png, found a path that leads out of the data folder'],
    [[...FOUR, 'sub/../../a.png,x'], 'line 6: expected an image in ../a.png, found a path that leads out of the data folder'],
    [[...FOUR, '/etc/e.png,x'], 'expected an image in /etc/e.png, found a path outside the data folder, and no file named e.png inside it'],
    [['file,label,split', 'a.png,x,no'], 'labels.csv, line 2: expected the split train, val or test, found "no"'],
    [['file,label', 'a.png,x', './a.png,y'], /labels.csv, line 3: expected every file once, found \.\/a\.png as in .*labels\.csv, line 2/],
    [['file,label', 'a.png,x', 'b.png,x'], 'expected at least 2 classes, found 1 ("x")'],
    [['file,label', 'a.png,x', 'b.png,x', 'c.png,y'], 'expected at least 2 examples labelled "y"'],
    [['file,label,split', 'a.png,x,train', 'b.png,y,train'], 'expected rows with the split test, found none'],
    [
      ['file,label,split', 'a.png,x,train', 'b.png,x,test', 'c.png,y,test', 'd.png,z,train'],
      'line 4: expected labels that the training set has too (x, z), found "y"',
    ],
  ])('is refused when it reads %j', async (rows, message) => {
    const refusal = await refusalOf(rows);
    expect(refusal.code).toBe('DATA_INVALID');
    expect(refusal.message).toMatch(message);
  });

  it('must be there', async () => {
    const folder = await makeFolder();
    await expect(openImageFolder({ ...OPTIONS, folder })).rejects.toMatchObject({
      code: 'DATA_MISSING', message: expect.stringMatching(/expected images with a list of them \(labels\.csv .* found no files/) as string,
    });
  });
});

describe('the split without a column', () => {
  it('draws a sixth of each class by seed', async () => {
    const folder = await makeImageFolder(['cat', 'dog']);
    const [first, again, other] = [
      await openImageFolder({ ...OPTIONS, folder }),
      await openImageFolder({ ...OPTIONS, folder }),
      await openImageFolder({ ...OPTIONS, folder, seed: 2 }),
    ];
    expect([first.facts.trainCount, first.facts.testCount]).toEqual([20, 4]);
    expect([...first.test.labels].sort()).toEqual([0, 0, 1, 1]);
    expect(again.facts).toEqual(first.facts);
    expect(other.facts.fingerprint).not.toBe(first.facts.fingerprint);
  });

  it('sorts numeric labels by value', async () => {
    const { facts } = await openImageFolder({ ...OPTIONS, folder: await makeImageFolder(['10', '9']) });
    expect(facts.classes).toEqual(['9', '10']);
  });
});

describe('the images', () => {
  const ROWS = ['file,label,split', 'a.png,x,train', 'b.png,y,train', 'c.png,x,test'];

  it('are read as grey or colour', async () => {
    const folder = await folderWith(ROWS);
    const colour = await openImageFolder({ ...OPTIONS, folder, channels: 3 });
    expect(colour.facts.shape).toEqual({ height: 8, width: 8, channels: 3 });
    expect([...inputsOf(colour.train).subarray(0, 6)]).toEqual([200, 100, 50, 200, 100, 50]);
    const grey = await openImageFolder({ ...OPTIONS, folder });
    expect(inputsOf(grey.train).length).toBe(2 * 64);
    expect(new Set(inputsOf(grey.train)).size).toBe(1);
  });

  it('are put on white where transparent, or on what is wanted, and grey ones widened to colour', async () => {
    const folder = await folderWith(ROWS);
    await writeImage(join(folder, 'a.png'), [255, 255, 255, 0]);
    const grey = sharp(new Uint8Array(64).fill(77), { raw: { width: 8, height: 8, channels: 1 } });
    await grey.toColourspace('b-w').png().toFile(join(folder, 'b.png'));
    const colour = { ...OPTIONS, folder, channels: 3 } as const;
    const { train } = await openImageFolder(colour);
    expect(new Set(inputsOf(train).subarray(0, 192))).toEqual(new Set([255]));
    const black = await openImageFolder({ ...colour, reading: { ...colour.reading, background: 'black' } });
    expect(new Set(inputsOf(black.train).subarray(0, 192))).toEqual(new Set([0]));
    expect(new Set(inputsOf(train).subarray(192))).toEqual(new Set([77]));
  });

  it('may be JPEG and of any size: they are squashed to the square', async () => {
    const folder = await folderWith(ROWS);
    const halves = Uint8Array.from({ length: 40 * 20 }, (_, index) => (index % 40 < 20 ? 0 : 255));
    await sharp(halves, { raw: { width: 40, height: 20, channels: 1 } }).jpeg({ quality: 100 }).toFile(join(folder, 'a.png'));
    const { train } = await openImageFolder({ ...OPTIONS, folder });
    const row = [...inputsOf(train).subarray(24, 32)];
    expect(Math.max(row[0]!, row[1]!, row[2]!)).toBeLessThan(10);
    expect(Math.min(row[5]!, row[6]!, row[7]!)).toBeGreaterThan(245);
  });

  it('keep the bytes of a grey image of the right size', async () => {
    const folder = await folderWith(ROWS);
    const pixels = Uint8Array.from({ length: 64 }, (_, index) => index * 4);
    await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } }).toColourspace('b-w').png().toFile(join(folder, 'a.png'));
    const { train } = await openImageFolder({ ...OPTIONS, folder });
    expect(inputsOf(train).subarray(0, 64)).toEqual(pixels);
  });

  it('are named with their line when missing or undecodable, all of them at once', async () => {
    const { code, message } = await refusalOf([...ROWS, 'z.png,x,train', 'gone.png,y,train', 'labels.csv,x,train']);
    expect(code).toBe('DATA_INVALID');
    expect(message).toMatch(/labels\.csv, line 5: expected an image in .*z\.png, found no such file/);
    expect(message).toMatch(/labels\.csv, line 6: expected an image in .*gone\.png, found no such file/);
    expect(message).toMatch(/labels\.csv, line 7: expected an image in .*labels\.csv, found /);
  });

  it('are refused when cut off', async () => {
    const folder = await folderWith(ROWS);
    const noise = Uint8Array.from({ length: 64 * 64 }, (_, index) => (index * 7919) % 256);
    const png = await sharp(noise, { raw: { width: 64, height: 64, channels: 1 } }).png().toBuffer();
    await writeFile(join(folder, 'a.png'), png.subarray(0, png.length / 2));
    await expect(openImageFolder({ ...OPTIONS, folder })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });
});

describe('lists as people have them', () => {
  const FILES = ['a', 'b', 'c', 'd'];
  const labels = ['x', 'x', 'y', 'y'];
  const rowsOf = (nameOf: (name: string) => string, delimiter = ',') => (
    FILES.map((name, index) => `${nameOf(name)}${delimiter}${labels[index] ?? ''}`)
  );
  async function folderOf(lists: Readonly<Record<string, string | Buffer>>): Promise<string> {
    const folder = await makeFolder();
    for (const [index, name] of FILES.entries()) await writeImage(join(folder, 'in', `${name}.png`), [index, 0, 0]);
    for (const [path, content] of Object.entries(lists)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    return folder;
  }
  const csv = (header: string, nameOf: (name: string) => string, delimiter = ',') => [header, ...rowsOf(nameOf, delimiter)].join('\n');
  const mixEnds = (text: string) => text.replace('\n', '\r\n').replace(/\n(?=\.\/in\/b)/, '\r');
  const open = async (folder: string, reading: Partial<ReadingConfig> = {}) => (
    openImageFolder({ ...OPTIONS, channels: 3, folder, reading: { ...READING, ...reading } })
  );

  it.each<[string, string, string | Buffer]>([
    ['tabs and headers in another case', 'labels.csv', csv('File Name\tLABEL', (name) => `in/${name}.png`, '\t')],
    ['names without an extension in a column id', 'labels.csv', csv('id,label', (name) => `in/${name}`)],
    ['names without the folder above them', 'labels.csv', csv('image,category', (name) => `${name}.png`)],
    ['mixed ends of lines', 'labels.csv', mixEnds(csv('path,label', (name) => `./in/${name}.png`))],
    ['UTF-16', 'labels.csv', Buffer.from(`\uFEFF${csv('file,label', (name) => `in/${name}.png`)}`, 'utf16le')],
    ['another name', 'animals.tsv', csv('file\tlabel', (name) => `in/${name}.png`, '\t')],
    ['a gzipped file', 'animals.csv.gz', gzipSync(csv('file,label', (name) => `in/${name}.png`))],
    ['a folder of its own', 'lists/labels.csv', csv('file,label', (name) => `../in/${name}.png`)],
    ['no header, as MNIST-M has it', 'my_labels.txt', rowsOf((name) => `${name}.png`, ' ').join('\n')],
    ['no header, with commas', 'my.csv', rowsOf((name) => `in/${name}.png`).join('\n')],
  ])('%s', async (_what, path, content) => {
    const { facts } = await open(await folderOf({ [path]: content }));
    expect([facts.classes, facts.trainCount, facts.testCount]).toEqual([['x', 'y'], 2, 2]);
  });

  it('absolute paths inside the folder', async () => {
    const folder = await folderOf({});
    await writeFile(join(folder, 'labels.csv'), csv('file,label', (name) => join(folder, 'in', `${name}.png`)));
    expect((await open(folder)).facts.trainCount).toBe(2);
  });

  it('columns that flags name, and columns to ignore', async () => {
    const rows = ['file,label,picture,kind,part,sex,note', ...FILES.map((name, index) => (
      `old/${name},1,${name}.png,${labels[index] ?? ''},${index % 2 === 0 ? 'train' : 'dev'},${['m', 'f'][index >> 1] ?? ''},n${index}`
    ))];
    const columns = { ...READING.columns, file: 'picture', label: 'kind', split: 'part', ignored: ['note', 'label', 'file'] };
    const data = await open(await folderOf({ 'labels.csv': rows.join('\n') }), { columns });
    expect([data.facts.classes, data.facts.trainCount, data.facts.testCount]).toEqual([['x', 'y'], 2, 2]);
    expect(data.train.attributes.map(({ name }) => name)).toEqual(['kind', 'sex']);
    expect(data.columns.map(({ name, description }) => `${name}: ${description}`)).toEqual([
      'file: ignored', 'label: ignored', 'picture: names of files', 'kind: label with 2 values', 'part: split',
      'sex: category with 2 values',
      'note: ignored',
    ]);
    await expect(open(await folderOf({ 'labels.csv': rows.join('\n') }), { columns: { ...columns, label: 'what' } }))
      .rejects.toThrow('expected a column what (--label-column), found file, label, picture, kind');
  });

  it('groups, which no split cuts; identifiers that repeat without them are named', async () => {
    const folder = await makeFolder();
    const rows = ['file,label,patient'];
    for (let index = 0; index < 24; index += 1) {
      await writeImage(join(folder, `${index}.png`), [index, 0, 0]);
      rows.push(`${index}.png,${index % 2},p${index >> 2}`);
    }
    await writeFile(join(folder, 'labels.csv'), rows.join('\n'));
    const grouped = await open(folder, { columns: { ...READING.columns, group: 'patient' } });
    const patientsOf = (dataset: Dataset) => inputsOf(dataset).filter((_, place) => place % 192 === 0).map((byte) => byte >> 2);
    const tested = new Set(patientsOf(grouped.test));
    expect(patientsOf(grouped.train).some((patient) => tested.has(patient))).toBe(false);
    expect(grouped.train.groups).not.toBeNull();
    const { notes } = await open(folder);
    expect(notes.map(({ text }) => text).join()).toContain('--group-column patient keeps them on one side of every split');
  });

  it('several lists are one where their names say the splits', async () => {
    const list = csv('file,label', (name) => `in/${name}.png`);
    const part = (from: number, end: number) => (
      list.split('\n').filter((_, line) => line === 0 || (line > from && line <= end)).join('\n')
    );
    const folder = await folderOf({ 'train.csv': part(0, 3), 'val.csv': part(3, 4) });
    const { facts } = await open(folder);
    expect([facts.trainCount, facts.testCount]).toEqual([3, 1]);
    await expect(open(await folderOf({ 'train.csv': part(0, 3), 'val.csv': part(2, 4) })))
      .rejects.toThrow(/expected every file once, found in\/c\.png as in .*train\.csv, line 4/);
    await expect(open(await folderOf({ 'one.csv': list, 'two.csv': list })))
      .rejects.toThrow('named after train, val and test, found one.csv, two.csv');
  });

  it('a list that says splits and no labels is none', async () => {
    const folder = await folderOf({ 'list_eval_partition.txt': rowsOf((name) => `${name}.png`, ' ').join('\n') });
    await expect(open(folder)).rejects.toThrow(/found a single folder of images \(in\); .*\.txt is not read as a list of images: /);
  });

  it('Parquet', async () => {
    const folder = await makeFolder();
    for (let index = 0; index < 40; index += 1) await writeImage(join(folder, `${index}.png`), [index, 0, 0]);
    await copyFile(join(import.meta.dirname, '../../../testing/fixtures/parquet/snappy.parquet'), join(folder, 'list.parquet'));
    const { facts } = await open(folder, { columns: { ...READING.columns, file: 'uint8', label: 'category' } });
    expect([facts.classes.length, facts.trainCount + facts.testCount]).toEqual([5, 40]);
    const unknown = open(folder, { columns: { ...READING.columns, label: 'kind' } });
    await expect(unknown).rejects.toThrow('expected a list of images with the column kind, found 40 files .png (0.png, ...), list.parquet');
  });

  it('a table without labels is none, which is said', async () => {
    const list = csv('file,name', (name) => `in/${name}.png`);
    const folder = await folderOf({ 'other.csv': list, 'in/cat/0.png': '', 'in/cat/1.png': '' });
    await expect(open(folder)).rejects.toThrow('expected all images at one depth');
  });

  it('a list with two columns of one name is refused; earlier runs took the first', async () => {
    const rows = ['file,label,label', ...FILES.map((name, index) => `in/${name}.png,${labels[index] ?? ''},z${index % 2}`)];
    const folder = await folderOf({ 'labels.csv': rows.join('\n') });
    await expect(open(folder)).rejects.toThrow('expected every column once, found label as columns 2 and 3');
    expect((await open(folder, EARLIER_READING)).facts.classes).toEqual(['x', 'y']);
  });

  it('earlier runs read no other lists than labels.csv', async () => {
    const folder = await folderOf({ 'other.csv': csv('file,label', (name) => `in/${name}.png`) });
    await expect(open(folder, EARLIER_READING)).rejects.toThrow('expected a file named labels.csv, found none');
  });
});

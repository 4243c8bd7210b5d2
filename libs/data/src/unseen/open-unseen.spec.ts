import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLAIN_DATA, PLAIN_TABLE, type DataConfig } from '@lethe/config';
import { makeImageFolder, makeSmallData, npyBytes, removeFolders, someBytes } from '@lethe/testing';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asSeen } from '../batches/gather.js';
import type { DataSource } from '../model/dataset.js';
import { openData } from '../open-data.js';
import { parsePreprocessing } from '../preprocessing/preprocessing.js';
import { openUnseenExamples } from './open-unseen.js';
import type { ExampleSource, UnseenPiece } from './unseen-examples.js';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lethe-unseen-')); });
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await removeFolders();
});

function makeFiles(place: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  mkdirSync(place, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(place, name), content);
}

interface Read {
  readonly inputs: Float32Array;
  readonly sources: readonly ExampleSource[];
  readonly said: readonly string[];
}

/** What a run of these data reads in a folder, by preprocessing that has been written and read again. */
async function read(data: DataConfig, source: DataSource, from = folder): Promise<Read> {
  const preprocessing = parsePreprocessing(JSON.parse(JSON.stringify(source.preprocessing)), 'data.json');
  const said: string[] = [];
  const hear = (notes: readonly { readonly text: string }[]): void => { said.push(...notes.map(({ text }) => text)); };
  const { pieces } = await openUnseenExamples({ folder: from, preprocessing, data, seed: 1, hear });
  const found: UnseenPiece[] = [];
  for await (const piece of pieces) found.push(piece);
  expect(found.at(-1)?.share).toBe(1);
  const inputs = new Float32Array(found.reduce((sum, piece) => sum + piece.inputs.length, 0));
  let filled = 0;
  for (const piece of found) {
    inputs.set(piece.inputs, filled);
    filled += piece.inputs.length;
  }
  return { inputs, sources: found.flatMap(({ sources }) => sources), said };
}

/** The inputs of all examples, in the order in which they were read. */
function trainedOn({ train: { inputs } }: DataSource): Float32Array {
  return asSeen(inputs.gather(Uint32Array.from({ length: inputs.count }, (_, row) => row)));
}

const WORDS = ['red', 'blüe', '', '3', '3.0', 'NA'];
const HEADER = 'label,age,colour,pay,note';

/** Rows with what cells may be: numbers of many kinds, words, missing values. */
function tableText(rows: number, header = HEADER): string {
  const lines = Array.from({ length: rows }, (_, row) => [
    row % 3 === 0 ? 'yes' : 'no', row % 7 === 0 ? '' : ((row * 37) % 90) / 4, `"${WORDS[row % WORDS.length] ?? ''}"`, row * 1e3, 'x',
  ].join());
  return `${[header, ...lines].join('\n')}\n`;
}

const TABLE: DataConfig = {
  ...PLAIN_DATA, kind: 'table', table: { ...PLAIN_TABLE, labelColumn: 'label' }, forget: ['label'],
};

async function table(text = tableText(300)): Promise<{ data: DataConfig; source: DataSource }> {
  const data = { ...TABLE, folder };
  writeFileSync(join(folder, 'table.csv'), text);
  return { data, source: await openData(data, 1) };
}

describe('a table without labels', () => {
  it('becomes the inputs that the run was trained on, to the bit', async () => {
    const { data, source } = await table();
    const { inputs, sources } = await read(data, source);
    expect(inputs).toEqual(trainedOn(source));
    expect(sources.slice(0, 2)).toEqual([{ file: 'table.csv', row: 0 }, { file: 'table.csv', row: 1 }]);
  });

  it.each([1, 2] as const)('does so by rules %d, which the run was read by', async (rules) => {
    const cells = ['12345678901234567890', '12345678901234567000', '7', 'NA', 'n/a', '-', 'red', 'null'];
    const rows = Array.from({ length: 200 }, (_, row) => `${row % 3},${row % 50},${cells[(row * 7) % cells.length] ?? ''}`);
    writeFileSync(join(folder, 'table.csv'), `label,age,code\n${rows.join('\n')}\n`);
    const data = { ...TABLE, folder, reading: { ...TABLE.reading, rules } };
    const source = await openData(data, 1);
    expect((await read(data, source)).inputs).toEqual(trainedOn(source));
  });

  it('does so in any order of columns, without the label, from text and from Parquet', async () => {
    const { data, source } = await table();
    const other = join(folder, 'other');
    const lines = tableText(300).trim().split('\n').slice(1).map((line) => line.split(','));
    makeFiles(other, { 'people.tsv': `${[['pay', 'more', 'colour', 'age'], ...lines.map((cells) => [cells[3], '1', cells[2], cells[1]])]
      .map((cells) => cells.join('\t')).join('\n')}\n` });
    const fromText = await read(data, source, other);
    expect(fromText.inputs).toEqual(trainedOn(source));
    expect(fromText.said).toContain(`${join(other, 'people.tsv')}: columns that are no inputs of the run are left out: more`);
    rmSync(join(other, 'people.tsv'));
    const bytes = parquetWriteBuffer({
      rowGroupSize: 128, columnData: [
        { name: 'colour', data: lines.map((cells) => cells[2]?.replaceAll('"', '') ?? ''), type: 'STRING' },
        { name: 'pay', data: lines.map((cells) => Number(cells[3])), type: 'DOUBLE' },
        { name: 'age', data: lines.map((cells) => (cells[1] === '' ? null : Number(cells[1]))), type: 'DOUBLE' },
      ],
    });
    writeFileSync(join(other, 'people.parquet'), Buffer.from(bytes));
    const fromParquet = await read(data, source, other);
    expect(fromParquet.inputs).toEqual(trainedOn(source));
    expect(fromParquet.sources[299]).toEqual({ file: 'people.parquet', row: 299 });
  });

  it('says which categories the run never saw, and what it never saw missing', async () => {
    const { data, source } = await table();
    const other = join(folder, 'other');
    makeFiles(other, { 'table.csv': 'age,colour,pay\n1,green,5\n2,green,6\n3,red,\n4,mauve,7\n' });
    const { said, inputs } = await read(data, source, other);
    expect(said).toContain(
      'column colour: 3 rows have categories that the run never saw, and count as none of its own: "green" (2), "mauve" (1)',
    );
    expect(said).toContain('column pay: 1 row has no value; the run never saw that in this column, and takes zeros for it');
    const length = inputs.length / 4;
    const colours = inputs.subarray(length - 16 - 4, length - 16);
    expect([...colours]).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ['lacks a column', 'age,pay\n1,2\n', /table\.csv: expected a column colour, which the run was trained with, found age, pay/],
    ['has a word among its numbers', 'age,colour,pay\nold,red,5\n', /line 2: expected a number in age, as the run was trained with.*"old"/],
    ['has a number that is none', 'age,colour,pay\ninf,red,5\n', /line 2: expected a number in age that float32 can hold, found inf/],
    ['has rows of another length', 'age,colour,pay\n1,red,5\n1,red\n', /line 3: expected 3 cells like the first line, found 2/],
    ['has no rows', 'age,colour,pay\n', /expected a row below the header, found none/],
  ])('that %s is refused', async (_, text, message) => {
    const { data, source } = await table();
    const other = join(folder, 'other');
    makeFiles(other, { 'table.csv': text });
    await expect(read(data, source, other)).rejects.toMatchObject({
      code: 'DATA_INVALID', message: expect.stringMatching(message) as string,
    });
  });

  it('may lack a header where the run named the columns, or have one', async () => {
    const names = HEADER.split(',');
    const data = { ...TABLE, folder, table: { ...PLAIN_TABLE, labelColumn: 'label', names } };
    writeFileSync(join(folder, 'table.csv'), tableText(300).slice(HEADER.length + 1));
    const source = await openData(data, 1);
    expect((await read(data, source)).inputs).toEqual(trainedOn(source));
    writeFileSync(join(folder, 'table.csv'), tableText(300));
    expect((await read(data, source)).inputs).toEqual(trainedOn(source));
  });

  it('is read row by row of many categories, which are hashed, too', async () => {
    const lines = Array.from({ length: 900 }, (_, row) => `${row % 2 === 0 ? 'yes' : 'no'},site ${row % 300},${row}`);
    const data = { ...TABLE, folder };
    writeFileSync(join(folder, 'table.csv'), `label,site,age\n${lines.join('\n')}\n`);
    const source = await openData(data, 1);
    expect(source.preprocessing).toMatchObject({ kind: 'table', columns: [{ name: 'site', encoding: 'hashed' }, { name: 'age' }] });
    expect((await read(data, source)).inputs).toEqual(trainedOn(source));
  });
});

describe('vectors', () => {
  const values = Float32Array.from({ length: 60 * 5 }, (_, index) => Math.sin(index));
  const vectors = (count: number, length: number): Buffer => npyBytes([count, length], values.subarray(0, count * length));

  it('need no table beside them', async () => {
    const data = { ...TABLE, folder };
    const labels = Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? 'a' : 'b'));
    makeFiles(folder, { 'table.csv': `label\n${labels.join('\n')}\n`, 'features.npy': vectors(60, 5) });
    const source = await openData(data, 1);
    expect(source.preprocessing).toEqual({ version: 1, kind: 'vectors', length: 5, domains: null });
    const { inputs, sources } = await read(data, source);
    expect(inputs).toEqual(trainedOn(source));
    expect(sources[7]).toEqual({ file: 'features.npy', row: 7 });
    const other = join(folder, 'other');
    makeFiles(other, { 'mine.npy': vectors(50, 5) });
    expect((await read(data, source, other)).inputs).toEqual(values.subarray(0, 250));
    makeFiles(other, { 'mine.npy': vectors(50, 6) });
    await expect(read(data, source, other)).rejects.toThrow(
      /expected vectors of 5 numbers, as the run was trained with, found vectors of 6/,
    );
  });
});

describe('images', () => {
  it('of IDX files are those of the run, in files of any name', async () => {
    makeSmallData(folder);
    const data: DataConfig = { ...PLAIN_DATA, kind: 'idx', folder };
    const source = await openData(data, 1);
    const other = join(folder, 'other');
    makeFiles(other, {});
    renameSync(join(folder, 'train-images-idx3-ubyte.gz'), join(other, 'a.idx3-ubyte'));
    renameSync(join(folder, 't10k-images-idx3-ubyte.gz'), join(other, 'b-idx3-ubyte.gz'));
    const { inputs, sources } = await read(data, source, other);
    expect(inputs).toEqual(trainedOn(source));
    expect(sources[48]).toEqual({ file: 'b-idx3-ubyte.gz', row: 0 });
    makeSmallData(join(folder, 'larger'), { side: 12 });
    await expect(read(data, source, join(folder, 'larger'))).rejects.toThrow(
      /expected images of 8 x 8 x 1, as the run was trained with, found images of 12 x 12 x 1/,
    );
  });

  it('in folders are those of the run, with a list or without folders, and arrays of bytes besides', async () => {
    const own = await makeImageFolder();
    const data: DataConfig = { ...PLAIN_DATA, kind: 'images', folder: own, imageSize: 8 };
    const source = await openData(data, 1);
    const { inputs, sources } = await read(data, source, own);
    expect(inputs).toEqual(trainedOn(source));
    expect(sources.every(({ row }) => row === null)).toBe(true);
    const [first] = sources as [ExampleSource];
    makeFiles(folder, { 'mine.png': readFileSync(join(own, first.file)) });
    expect((await read(data, source)).inputs).toEqual(inputs.subarray(0, 64));
    const idx = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, 8]), someBytes(128)]);
    makeFiles(folder, { 'mine.idx3-ubyte': idx });
    expect((await read(data, source)).inputs).toEqual(asSeen(someBytes(128)));
  });

  it('that are not there are asked for', async () => {
    makeSmallData(folder);
    const data: DataConfig = { ...PLAIN_DATA, kind: 'idx', folder };
    const source = await openData(data, 1);
    const other = join(folder, 'other');
    makeFiles(other, { 'table.csv': 'a\n1\n' });
    await expect(read(data, source, other)).rejects.toMatchObject({
      code: 'DATA_MISSING', message: expect.stringContaining('expected images (PNG, JPEG and others') as string,
    });
  });
});

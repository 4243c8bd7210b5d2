import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA, PLAIN_TABLE, READING, type TableConfig } from '@lethe/config';
import {
  makeFolder, makeIdxFolder, makeImageFolder, matlabBytes, npyBytes, removeFolders, someBytes, tarBytes, writeImage,
} from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { Unpacking } from '../formats/archives/unpacking.js';
import { SPLITS, type Examples } from '../model/examples.js';
import { inputLength } from '../model/inputs.js';
import { defineData, type DataDefinition } from '../own/define-data.js';
import { readDefined } from '../own/read-defined.js';
import { readDigits } from './digits.js';
import { readIdxFolder } from './idx.js';
import { readImages } from './images.js';
import { readMnistM } from './mnist-m.js';
import type { ReaderOptions } from './reader.js';
import { readSvhn } from './svhn.js';
import { readTableFolder } from './table.js';

afterAll(removeFolders);

function options(): ReaderOptions {
  return { imageSize: 8, channels: 1, needsLabel: true, seed: 1, reading: READING, unpacking: new Unpacking(1) };
}

async function svhnFolder(): Promise<string> {
  const folder = await makeFolder();
  await writeFile(join(folder, 'svhn_test10k_32x32.mat'), matlabBytes([
    { name: 'X', dimensions: [8, 8, 3, 20], values: someBytes(8 * 8 * 3 * 20), compressed: true },
    { name: 'y', dimensions: [20, 1], values: Uint8Array.from({ length: 20 }, (_, index) => [10, 1, 2][index % 3] ?? 1) },
  ]));
  return folder;
}

async function uspsFolder(): Promise<string> {
  const folder = await makeFolder();
  for (const [name, count] of [['usps', 12], ['usps.t', 6]] as const) {
    const lines = Array.from({ length: count }, (_, image) => `${1 + (image % 3)} 1:-1 ${2 + image}:0.5 256:1\n`);
    await writeFile(join(folder, name), lines.join(''));
  }
  return folder;
}

const TABLE: TableConfig = { ...PLAIN_TABLE, domainColumn: 'domain', labelColumn: 'label' };

async function tableFolder(): Promise<string> {
  const folder = await makeFolder();
  const rows = Array.from({ length: 40 }, (_, row) => [
    row < 20 ? 'north' : 'south', 'xyz'[row % 3], row % 7 === 0 ? '' : row * 1.5, ['m', 'f', 'NA'][row % 3], `p${row >> 2}`,
  ].join());
  await writeFile(join(folder, 'table.csv'), ['domain,label,age,sex,patient', ...rows].join('\n'));
  return folder;
}

async function vectorFolder(): Promise<string> {
  const folder = await tableFolder();
  await writeFile(join(folder, 'features.npy'), npyBytes([40, 3], Float32Array.from({ length: 120 }, (_, index) => index / 4)));
  return folder;
}

async function photographs(): Promise<string> {
  const folder = await makeFolder();
  await mkdir(join(folder, 'photographs'));
  for (const name of ['a', 'b']) await writeImage(join(folder, 'photographs', `${name}.png`), [200, name.charCodeAt(0), 30], 40);
  for (const image of [0, 1, 2]) await writeImage(join(folder, 'test', `${image}.png`), [image * 80, 10, 10], 28);
  await writeFile(join(folder, 'test', 'mnist_m_test_labels.txt'), '0.png 3\n1.png 4\n2.png 5\n');
  return folder;
}

async function classFolders(): Promise<string> {
  const folder = await makeFolder();
  for (const [index, path] of ['day/cat', 'day/dog', 'night/cat', 'night/dog'].entries()) {
    for (const image of [0, 1, 2, 3]) await writeImage(join(folder, path, `${image}.png`), [index * 60, image * 60, 9]);
  }
  return folder;
}

async function packedImages(): Promise<string> {
  const [folder, images] = [await makeFolder(), await makeImageFolder()];
  const names = Array.from({ length: 24 }, (_, image) => `images/${String(image).padStart(2, '0')}.png`);
  const contents = await Promise.all(['labels.csv', ...names].map(async (name) => [name, await readFile(join(images, name))] as const));
  await writeFile(join(folder, 'images.tar'), await tarBytes(Object.fromEntries(contents)));
  return folder;
}

/** Signals of 16 moments in 2 channels, in a file of float32. */
async function signalFolder(): Promise<string> {
  const folder = await makeFolder();
  await writeFile(join(folder, 'signals.f32'), Float32Array.from({ length: 24 * 16 * 2 }, (_, index) => Math.fround(Math.sin(index))));
  return folder;
}

const signals = defineData({
  name: 'signals',
  read: async ({ folder }) => {
    const path = join(folder, 'signals.f32');
    const { mtimeMs, size } = await stat(path);
    const count = size / (4 * 32);
    const examples = Array.from({ length: count }, (_, example) => example);
    return {
      count, label: 'activity', group: 'device',
      inputs: {
        shape: [16, 2], identity: `${path}, ${mtimeMs}`,
        read: async (first, end) => {
          const bytes = await readFile(path);
          return new Float32Array(bytes.buffer, bytes.byteOffset + first * 128, (end - first) * 32);
        },
      },
      attributes: {
        activity: examples.map((example) => ['walk', 'rest'][example % 2] ?? null), device: examples.map((example) => example >> 2),
        temperature: examples.map((example) => (example % 5 === 0 ? null : example / 2)),
      },
    };
  },
});

const rows = defineData({
  name: 'rows',
  read: async ({ folder }) => {
    const bytes = await readFile(join(folder, 'signals.f32'));
    const examples = Array.from({ length: 24 }, (_, example) => example);
    return {
      inputs: { shape: [32], values: new Float32Array(bytes.buffer, bytes.byteOffset, 24 * 32) },
      attributes: { label: examples.map((example) => (example % 2 === 0 ? 'a' : 'b')), site: new Float64Array(24) },
      label: 'label', domain: 'site', splits: examples.map((example) => (example < 16 ? 'train' : 'test')),
      weights: examples.map((example) => 1 + example), where: (example) => `signals.f32, row ${example}`, notes: ['24 of them'],
    };
  },
});

function readOwn(definition: DataDefinition, folder: string): Promise<Examples> {
  return readDefined({ definition, data: { ...PLAIN_DATA, folder }, seed: 1, isUnseen: false, placeOf: () => null });
}

interface Kind {
  readonly name: string;
  readonly make: () => Promise<string>;
  readonly read: (folder: string) => Promise<Examples>;
  /** A file whose change is noticed before anything is decoded; null: the inputs are in memory once they are read. */
  readonly changes: string | null;
}

const KINDS: readonly Kind[] = [
  { name: 'IDX files', make: makeIdxFolder, read: (folder) => readIdxFolder(folder, { ...options(), imageSize: null }), changes: null },
  { name: 'IDX files in another size', make: makeIdxFolder, read: (folder) => readIdxFolder(folder, options()), changes: null },
  { name: 'USPS as text', make: uspsFolder, read: (folder) => readDigits(folder, options()), changes: null },
  { name: 'SVHN', make: svhnFolder, read: (folder) => readSvhn(folder, { ...options(), channels: 3 }), changes: null },
  { name: 'a list of images', make: makeImageFolder, read: (folder) => readImages(folder, options()), changes: 'images/03.png' },
  { name: 'folders of images', make: classFolders, read: (folder) => readImages(folder, options()), changes: 'day/cat/2.png' },
  { name: 'images in an archive', make: packedImages, read: (folder) => readImages(folder, options()), changes: 'images.tar' },
  {
    name: 'a table', make: tableFolder, changes: null,
    read: (folder) => readTableFolder({ folder, config: TABLE, roles: 'needed' }, options()),
  },
  {
    name: 'a table with groups', make: tableFolder, changes: null,
    read: (folder) => readTableFolder({ folder, config: TABLE, roles: 'needed' }, {
      ...options(), reading: { ...READING, columns: { ...READING.columns, group: 'patient' } },
    }),
  },
  {
    name: 'a table with vectors', make: vectorFolder, changes: 'features.npy',
    read: (folder) => readTableFolder({ folder, config: TABLE, roles: 'needed' }, options()),
  },
  { name: 'own signals, read by pieces', make: signalFolder, read: (folder) => readOwn(signals, folder), changes: 'signals.f32' },
  { name: 'own rows in memory', make: signalFolder, read: (folder) => readOwn(rows, folder), changes: null },
];

/** What examples are, apart from their inputs and their functions. */
function content({ inputs: _inputs, where: _where, groups, ...rest }: Examples): object {
  return { ...rest, groups: groups?.indices ?? null };
}

/** Whatever is read, the rest of the program relies on this. */
async function expectExamples(examples: Examples): Promise<void> {
  const { count, inputs, features, attributes, label, domain, splits, groups, weights, where } = examples;
  expect(count).toBeGreaterThan(0);
  for (const attribute of [...features, ...attributes]) {
    expect(attribute.values, attribute.name).toHaveLength(count);
    if (attribute.kind === 'number') expect(attribute.values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)).toBe(false);
    else expect(attribute.values.every((value) => value < attribute.categories.length || value === 0xffff_ffff)).toBe(true);
    if (attribute.kind === 'category') expect(new Set(attribute.categories).size).toBe(attribute.categories.length);
  }
  const names = [...features, ...attributes].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of [label, domain]) if (name !== null) expect(attributes.find((one) => one.name === name)?.kind).toBe('category');
  if (splits !== null) expect(splits).toHaveLength(count);
  expect((splits ?? []).filter((split) => !SPLITS.includes(split))).toEqual([]);
  if (groups !== null) expect(groups.indices).toHaveLength(count);
  if (groups !== null) expect(groups.nameOf(count - 1)).not.toBe('');
  if (weights !== null) expect(weights.every((weight) => weight > 0)).toBe(true);
  const places = Array.from({ length: count }, (_, example) => where(example));
  expect(places.filter((place) => !/(line|row|image) \d+$|\.png$/.test(place))).toEqual([]);
  expect(inputs === null ? features.length > 0 : features.length === 0).toBe(true);
  if (inputs !== null) await expectInputs(inputs, count);
}

async function expectInputs(inputs: NonNullable<Examples['inputs']>, count: number): Promise<void> {
  const length = inputLength(inputs.shape);
  expect(inputs.count).toBe(count);
  const { inputs: all, bad } = await inputs.read(0, count);
  expect([all.length, all instanceof Uint8Array]).toEqual([count * length, inputs.values === 'bytes']);
  expect(bad).toEqual([]);
  for (const [first, end] of [[0, 1], [count - 1, count], [Math.floor(count / 3), Math.ceil(count / 2)], [2, 2]] as const) {
    expect((await inputs.read(first, end)).inputs).toEqual(all.slice(first * length, end * length));
  }
}

describe.each(KINDS)('$name', ({ make, read, changes }) => {
  it('are examples as the rest of the program expects them', async () => {
    await expectExamples(await read(await make()));
  });

  it('are the same when they are read twice', async () => {
    const folder = await make();
    const [once, twice] = [await read(folder), await read(folder)];
    expect(content(twice)).toEqual(content(once));
    expect(await twice.inputs?.read(0, twice.count)).toEqual(await once.inputs?.read(0, once.count));
    expect(await twice.inputs?.identity()).toEqual(await once.inputs?.identity());
  });

  it('are known to be others once a file has changed', async () => {
    const folder = await make();
    const before = await (await read(folder)).inputs?.identity() ?? null;
    if (changes === null) {
      expect(before).toBeNull();
      return;
    }
    await utimes(join(folder, changes), 1, 1);
    const after = await (await read(folder)).inputs?.identity();
    expect([typeof after, after === before]).toEqual(['string', false]);
  });
});

/** There is one MNIST, of which reading takes seconds. */
describe('MNIST', () => {
  it('with photographs showing through it is examples as the rest of the program expects them', async () => {
    const folder = await photographs();
    const folders = { photographs: join(folder, 'photographs'), test: join(folder, 'test') };
    const examples = await readMnistM(folders, { ...options(), imageSize: null, channels: 3 });
    const { count, splits, inputs, attributes, where } = examples;
    expect([count, inputs?.count, attributes[0]?.values.length]).toEqual([60_003, 60_003, 60_003]);
    expect([splits?.[59_999], splits?.[60_000]]).toEqual(['train', 'test']);
    expect((await inputs?.read(60_001, 60_002))?.inputs.subarray(0, 3)).toEqual(Uint8Array.of(80, 10, 10));
    expect(where(60_002)).toBe(`${folders.test}, image 2`);
  }, 60_000);
});

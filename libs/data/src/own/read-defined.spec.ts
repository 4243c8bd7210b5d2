import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOfCode, loadCode } from '@lethe/code';
import { PLAIN_DATA, type DataConfig } from '@lethe/config';
import { errorMessage } from '@lethe/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gatherBatch } from '../batches/gather.js';
import { openData } from '../open-data.js';
import { parsePreprocessing } from '../preprocessing/preprocessing.js';
import { openUnseenExamples } from '../unseen/open-unseen.js';
import type { Examples } from '../model/examples.js';
import { defineData, type DataDefinition, type OwnExamples } from './define-data.js';
import { readDefined } from './read-defined.js';

const COUNT = 12;
const words = (...categories: string[]): string[] => (
  Array.from({ length: COUNT }, (_, example) => categories[example % categories.length] ?? '')
);
const EXAMPLES: OwnExamples = {
  inputs: { shape: [3], values: Float32Array.from({ length: COUNT * 3 }, (_, index) => index) },
  attributes: { ill: words('yes', 'no'), sex: words('m', 'f', 'm') }, label: 'ill',
};

function read(definition: DataDefinition, data: Partial<DataConfig> = {}): Promise<Examples> {
  return readDefined({ definition, data: { ...PLAIN_DATA, ...data }, seed: 7, isUnseen: false, placeOf: () => 'reader.ts:3:7' });
}

/** What a reader gives, as JavaScript may have it. */
function reader(given: unknown): DataDefinition {
  return defineData({ name: 'patients', folder: 'none', read: () => given as OwnExamples });
}

function change(changed: Readonly<Record<string, unknown>>): DataDefinition {
  return reader({ ...EXAMPLES, ...changed });
}

describe('what an own reader gives', () => {
  it('becomes examples: words are categories, numbers numbers, and those that are a label or a group are names', async () => {
    const { attributes, groups, label, where } = await read(change({
      attributes: {
        ill: Array.from({ length: COUNT }, (_, example) => example % 2), age: [null, Number.NaN, ...new Array<number>(COUNT - 2).fill(3)],
        sex: [null, '', ...new Array<string>(COUNT - 2).fill('caf\u0065\u0301')],
        ward: Int32Array.from({ length: COUNT }, (_, row) => row >> 1),
      },
      group: 'ward',
    }));
    expect(attributes).toMatchObject([
      { name: 'ill', kind: 'category', categories: ['0', '1'] }, { name: 'age', kind: 'number' },
      { name: 'sex', kind: 'category', categories: ['caf\u00e9'] }, { name: 'ward', kind: 'category' },
    ]);
    expect([...attributes[1]?.values ?? []].slice(0, 3)).toEqual([Number.NaN, Number.NaN, 3]);
    expect([label, groups?.nameOf(11), where(3)]).toEqual(['ill', '5', 'the reader patients, row 3']);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'what read gives: expected examples, found nothing'],
    ['a name that is not known', { ...EXAMPLES, lable: 'ill' }, 'found "the unknown name lable"'],
    ['no inputs', { ...EXAMPLES, inputs: undefined }, 'inputs: expected shape and values, or shape and read, found nothing'],
    ['inputs of another name', { ...EXAMPLES, inputs: { shape: [3], value: [] } }, 'inputs: expected shape and values'],
    ['a shape of four sides', { ...EXAMPLES, inputs: { shape: [1, 2, 3, 4], values: new Float32Array(0) } },
      'inputs.shape: expected [numbers]'],
    ['a side of nothing', { ...EXAMPLES, inputs: { shape: [0], values: new Float32Array(0) } }, 'found "0"'],
    ['a list of numbers', { ...EXAMPLES, inputs: { shape: [3], values: [1, 2, 3] } },
      'expected a Float32Array or a Uint8Array, found a list of 3'],
    ['too few inputs', { ...EXAMPLES, inputs: { shape: [3], values: new Float32Array(33) } },
      '12 examples of 3 numbers, found Float32Array of 33'],
    ['inputs that are promised', { ...EXAMPLES, inputs: { shape: [3], values: Promise.resolve() } },
      'found a promise that was not awaited'],
    ['pieces without their number', { inputs: { shape: [3], read: () => new Float32Array(3) } },
      'count: expected how many examples there are'],
    ['pieces of another size', { ...EXAMPLES, inputs: { shape: [3], read: () => new Float32Array(4) } },
      'inputs.read(0, 1): expected 1 examples'],
    ['an attribute of another length', { ...EXAMPLES, attributes: { ill: ['yes'], sex: words('m', 'f') } },
      'inputs.values: expected 1 examples'],
    ['an attribute that is promised', { ...EXAMPLES, count: COUNT, attributes: { ill: Promise.resolve([]) } },
      'attributes.ill: expected a list'],
    ['a short attribute', { ...EXAMPLES, count: COUNT, attributes: { ill: words('a'), sex: ['m'] } }, 'attributes.sex: expected 12 values'],
    ['words among numbers', { ...EXAMPLES, attributes: { ill: words('a'), age: [1, 'old', ...words('b').slice(2)] } },
      'attributes.age, example 1: expected a finite number, or null where it is missing, found "old"'],
    ['numbers among words', { ...EXAMPLES, attributes: { ill: words('a'), sex: ['m', 7, ...words('b').slice(2)] } },
      'attributes.sex, example 1: expected a word, or null where it is missing, found 7'],
    ['an infinite number', { ...EXAMPLES, attributes: { ill: words('a'), age: new Float64Array(COUNT).fill(Infinity) } }, 'found Infinity'],
    ['a label that is not there', { ...EXAMPLES, label: 'well' },
      'label: expected the name of an attribute of categories (ill, sex), found "well"'],
    ['splits of other words', { ...EXAMPLES, splits: words('train', 'val') },
      'splits, example 1: expected train, held-out, test, found "val"'],
    ['a weight of nothing', { ...EXAMPLES, weights: new Float32Array(COUNT) },
      'weights, example 0: expected a finite number above 0, found 0'],
    ['a share of all', { ...EXAMPLES, testShare: 1 }, 'testShare: expected a share between 0 and 1, found 1'],
    ['places that are a list', { ...EXAMPLES, where: [] }, 'where: expected a function that names an example, found a list of 0'],
    ['half an example', { ...EXAMPLES, count: 1.5 }, 'count: expected a whole number from 1, found 1.5'],
  ])('is refused with the name of the reader if it is %s', async (_, given, message) => {
    await expect(read(reader(given))).rejects.toMatchObject({
      code: 'DATA_INVALID', message: expect.stringContaining(message) as string,
    });
    await expect(read(reader(given))).rejects.toThrow(/^the reader patients, /);
  });

  it('has inputs that are finite, or are named as bad', async () => {
    const values = new Float32Array(COUNT * 3);
    values[7] = Number.NaN;
    const { inputs } = await read(change({ inputs: { shape: [3], values }, where: (example: number) => `patient ${example}` }));
    const { bad, inputs: all } = await inputs?.read(0, COUNT) ?? {};
    expect(bad).toEqual([{ example: 2, reason: 'patient 2: expected finite numbers as inputs, found NaN at number 1' }]);
    expect([...all ?? []].every(Number.isFinite)).toBe(true);
  });

  it('is read by pieces of one kind', async () => {
    const { inputs } = await read(change({
      inputs: {
        shape: [3],
        read: (first: number, end: number) => new (first > 5 ? Uint8Array : Float32Array)((end - first) * 3),
      },
    }));
    await expect(inputs?.read(6, 8)).rejects.toThrow('inputs.read(6, 8): expected floats as for the first example, found Uint8Array of 6');
  });

  it('fails with the name of the reader and the place in its source', async () => {
    const failing = defineData({ name: 'patients', folder: 'none', read: () => { throw new RangeError('no patients'); } });
    const error = await read(failing).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'DATA_INVALID', details: { thrown: expect.any(RangeError) as RangeError } });
    expect(errorMessage(error)).toBe('the reader patients fails at reader.ts:3:7: RangeError: no patients');
  });
});

describe('settings of an own reader', () => {
  const windows = defineData({
    name: 'windows', folder: 'none',
    settings: z.object({ length: z.int().min(1).default(128), device: z.string().nullable().default(null) }),
    read: ({ settings, seed, folder }) => {
      const none: null = folder;
      const { length, device } = settings;
      return { ...EXAMPLES, notes: [`${length + 1} ${String(device?.toUpperCase())} ${seed} ${String(none)}`] };
    },
  });
  const own = (settings: Record<string, unknown>): Pick<DataConfig, 'own'> => (
    { own: { reader: 'windows', code: 'a'.repeat(64), settings } }
  );

  it('are checked by its schema, with its defaults', async () => {
    expect((await read(windows)).notes).toEqual([{ kind: 'notice', text: 'windows: 129 undefined 7 null' }]);
    expect((await read(windows, own({ device: 'watch' }))).notes).toEqual([{ kind: 'notice', text: 'windows: 129 WATCH 7 null' }]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ length: 0 }, 'data.own.settings.length: expected a setting that the reader windows takes ('],
    [{ lenght: 5 }, 'lenght: expected a setting of the reader windows (length, device), found lenght; did you mean length?'],
  ])('that are %o are refused', async (settings, message) => {
    await expect(read(windows, own(settings))).rejects.toMatchObject({
      code: 'CONFIG_INVALID', message: expect.stringContaining(message) as string,
    });
  });

  it('say whether there is a folder', async () => {
    await expect(read(windows, { folder: '/data' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const needing = defineData({ name: 'files', read: ({ folder }) => ({ ...EXAMPLES, where: () => folder.slice(1) }) });
    await expect(read(needing)).rejects.toThrow('data.folder: expected a folder for the reader files (--data-dir), found none');
  });
});

describe('defineData', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'defineData: expected an object, found none'],
    ['a name with capitals', { name: 'Reader', read: () => EXAMPLES }, 'expected a name of small letters, digits, - and _, found "Reader"'],
    ['no read', { name: 'a' }, 'defineData of a: expected a function read, found none'],
    ['another part', { name: 'a', read: () => EXAMPLES, reed: 1 }, 'of its parts name, settings, folder, read alone, found reed'],
    ['settings that are no schema', { name: 'a', read: () => EXAMPLES, settings: { length: 3 } }, 'settings as a zod schema of an object'],
  ])('refuses %s', (_, parts, message) => {
    expect(() => defineData(parts as Parameters<typeof defineData>[0])).toThrow(message);
  });
});

/** The inputs of a folder that no run has seen, as a run that kept its preprocessing as JSON reads them. */
async function readUnseen(data: DataConfig, preprocessing: unknown, folder: string): Promise<{ inputs: number[]; files: string[] }> {
  const read = parsePreprocessing(JSON.parse(JSON.stringify(preprocessing)), 'data.json');
  const { pieces } = await openUnseenExamples({ folder, preprocessing: read, data, seed: 1, hear: () => undefined });
  const [inputs, files]: [number[], string[]] = [[], []];
  for await (const piece of pieces) {
    inputs.push(...piece.inputs);
    files.push(...piece.sources.map(({ file, row }) => `${file} ${row}`));
  }
  return { inputs, files };
}

describe('inputs that an own reader keeps in the cache', () => {
  let cacheFolder: string;
  beforeAll(async () => { cacheFolder = await mkdtemp(join(tmpdir(), 'lethe-own-cache-')); });
  afterAll(() => rm(cacheFolder, { recursive: true }));

  async function firstNumber(data: DataConfig, seed = 1): Promise<number | undefined> {
    const { train } = await openData(data, seed, { cacheFolder });
    return train.inputs.gather(Uint32Array.of(0))[0];
  }

  it('are read anew by an edited reader, with other settings and with another seed', async () => {
    const data = await ownData(1);
    expect([await firstNumber(data), await firstNumber(data)]).toEqual([1, 1]);
    expect((await readdir(cacheFolder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())).not.toEqual([]);
    expect(await firstNumber(await ownData(3))).toBe(3);
    expect(await firstNumber(await ownData(1, { more: 10 }))).toBe(11);
    expect(await firstNumber(data, 2)).toBe(2);
    expect(await firstNumber(data)).toBe(1);
  });
});

/** Data whose reader says the same identity whatever it gives: `scale` times the seed and what its settings add. */
async function ownData(scale: number, settings: Record<string, unknown> = {}): Promise<DataConfig> {
  const text = `export default {
    kind: 'lethe-data', name: 'same', folder: 'none', settings: { safeParse: (data) => ({ success: true, data }) },
    read: ({ settings: { more = 0 }, seed }) => ({
      inputs: {
        shape: [4], identity: 'the same', read: (first, end) => new Float32Array((end - first) * 4).fill(${scale} * seed + more),
      },
      label: 'kind', attributes: { kind: Array.from({ length: 12 }, (_, example) => ['a', 'b'][example % 2]) },
    }),
  };`;
  const { sha256 } = await loadCode({ role: 'data', sha256: hashOfCode(text), text });
  return { ...PLAIN_DATA, kind: 'own', own: { reader: 'same', code: sha256, settings } };
}

describe('data of an own module', () => {
  const text = `export default {
    kind: 'lethe-data', name: 'beats', folder: 'none', settings: { safeParse: (data) => ({ success: true, data }) },
    read: () => ({
      inputs: { shape: [8, 1], values: Float32Array.from({ length: 24 * 8 }, (_, index) => Math.sin(index)) },
      attributes: {
        ill: Array.from({ length: 24 }, (_, example) => ['yes', 'no'][example % 2]),
        device: Array.from({ length: 24 }, (_, example) => 'abc'[(example >> 1) % 3]),
      },
      splits: Array.from({ length: 24 }, (_, example) => (example < 16 ? 'train' : 'test')),
    }),
  };`;
  const code = hashOfCode(text);
  const data: DataConfig = { ...PLAIN_DATA, kind: 'own', own: { reader: 'beats', code, settings: {} }, keep: ['ill'], forget: ['device'] };

  it('are opened like any other, with what is kept and forgotten', async () => {
    await expect(openData({ ...data, own: { reader: 'beats', code: '0'.repeat(64), settings: {} } }, 1)).rejects
      .toMatchObject({ code: 'CODE_MISSING' });
    await loadCode({ role: 'data', sha256: code, text });
    const { facts, train, preprocessing, columns } = await openData(data, 1);
    expect(facts).toMatchObject({
      shape: { height: 8, width: 1, channels: 1 }, classes: ['no', 'yes'], trainCount: 16, testCount: 8,
      kept: [{ name: 'ill' }], forgotten: [{ name: 'device', categories: ['a', 'b', 'c'] }],
    });
    expect(train.inputs.gather(Uint32Array.of(1))[0]).toBe(Math.fround(Math.sin(8)));
    expect(preprocessing).toMatchObject({ kind: 'own', reader: 'beats', height: 8, width: 1, channels: 1, values: 'floats' });
    await expect(openData({ ...data, folder: '/' }, 1)).rejects.toThrow('data.folder: expected no folder for the reader beats');
    expect(columns).toEqual([{ name: 'ill', description: '2 categories' }, { name: 'device', description: '3 categories' }]);
  });

  it('need no label where nothing is kept or forgotten', async () => {
    await loadCode({ role: 'data', sha256: code, text });
    const source = await openData({ ...data, keep: [], forget: [] }, 1);
    expect(source.facts).toMatchObject({ classes: [], trainCount: 16, testCount: 8, kept: [], forgotten: [] });
    expect(source.roles.label).toBeNull();
    expect(gatherBatch(source.train, Uint32Array.of(3), source.facts).labels).toEqual(Float32Array.of(0));
    await expect(openData({ ...data, keep: [], forget: ['label'] }, 1)).rejects.toThrow('expected a column label');
  });

  it('are read by the run\'s reader in a folder that no run has seen, whose attributes may be missing', async () => {
    const images = `export default {
      kind: 'lethe-data', name: 'dots', folder: 'needed', settings: { safeParse: (data) => ({ success: true, data }) },
      read: ({ folder, isUnseen }) => ({
        inputs: { shape: [2, 2, 1], values: Uint8Array.from({ length: isUnseen ? 8 : 48 }, (_, index) => index * 5) },
        ...(isUnseen
          ? { label: 'kind', where: (example) => (example === 0 ? folder + '/a/0.dot' : 'the last') }
          : { label: 'kind', attributes: { kind: Array.from({ length: 12 }, (_, example) => example % 2) } }),
      }),
    };`;
    const { sha256 } = await loadCode({ role: 'data', sha256: hashOfCode(images), text: images });
    const dots: DataConfig = { ...PLAIN_DATA, kind: 'own', folder: '/dots', own: { reader: 'dots', code: sha256, settings: {} } };
    const { facts, preprocessing } = await openData(dots, 1);
    expect(facts).toMatchObject({ shape: { height: 2, width: 2, channels: 1 }, classes: ['0', '1'] });
    expect(preprocessing).toMatchObject({ kind: 'own', values: 'bytes', divisor: 127.5, shift: -1 });
    const { inputs, files } = await readUnseen(dots, preprocessing, '/others');
    expect(inputs).toEqual([0, 5, 10, 15, 20, 25, 30, 35].map((byte) => Math.fround(Math.fround(byte / 127.5) - 1)));
    expect(files).toEqual(['a/0.dot null', 'the last null']);
    await expect(readUnseen(dots, { ...preprocessing, height: 3 }, '/others')).rejects
      .toThrow('expected examples of 3 x 2 x 1 as bytes, as the run was trained with, found examples of 2 x 2 x 1 as bytes');
  });
});

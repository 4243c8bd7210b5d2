import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA, PLAIN_TABLE, READING, type DataConfig, type ReadingConfig, type TableConfig } from '@lethe/config';
import { makeFolder, npyBytes, removeFolders, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { gatherBatch } from '../batches/gather.js';
import { MISSING } from '../model/attributes.js';
import type { DataSource } from '../model/dataset.js';
import { openData } from '../open-data.js';
import { checkChosen } from './check-chosen.js';
import { probedAttribute } from './probed-attribute.js';

afterAll(removeFolders);

type Files = Readonly<Record<string, string | Uint8Array>>;

interface Asked extends Partial<Omit<DataConfig, 'table' | 'reading'>> {
  readonly table?: Partial<TableConfig>;
  readonly columns?: Partial<ReadingConfig['columns']>;
}

async function open(files: Files | string, { table, columns, ...asked }: Asked): Promise<DataSource> {
  const folder = await makeFolder();
  for (const [name, content] of Object.entries(typeof files === 'string' ? { 'table.csv': files } : files)) {
    await writeFile(join(folder, name), content);
  }
  return openData({
    ...PLAIN_DATA, kind: 'table', folder, table: table === undefined ? null : { ...PLAIN_TABLE, ...table },
    reading: { ...READING, columns: { ...READING.columns, ...columns } }, ...asked,
  }, 1);
}

function rows(header: string, rowOf: (row: number) => (string | number)[], count = 60): string {
  return [header, ...Array.from({ length: count }, (_, row) => rowOf(row).join())].join('\n');
}

/** Income goes with the age, sex does not go with either. */
const PEOPLE = rows('age,sex,income,city', (row) => [
  20 + row, row % 2, row % 3 === 0 ? 'high' : 'low', ['Bern', 'Uri', 'Zug'][(row >> 1) % 3] ?? '',
]);
const ASKED: Asked = { keep: ['income'], forget: ['sex'] };

const texts = ({ notes }: DataSource): string => notes.map(({ text }) => text).join('\n');

describe('a table of one population', () => {
  it('is parted into what is kept, what is forgotten and what is an input', async () => {
    const source = await open(PEOPLE, ASKED);
    expect(source.facts).toMatchObject({
      shape: { channels: 16 + 3 }, classes: ['high', 'low'], trainCount: 41, testCount: 19, domains: [{ name: 'all', labelledCount: 41 }],
      kept: [{ kind: 'category', name: 'income', categories: ['high', 'low'], counts: [14, 27], missing: 0, isLabel: true }],
      forgotten: [{ name: 'sex', of: ['sex'], categories: ['0', '1'], missing: 0, means: null, isLabel: false }],
    });
    expect(source.roles).toMatchObject({ label: 'income', inputs: ['age', 'city'] });
    expect(texts(source)).toContain('2 columns are inputs; no inputs are income (kept), sex (forgotten)');
    expect(texts(source)).toContain('column sex is read as the two categories 0 and 1');
    expect(source.columns).toContainEqual({ name: 'income', description: 'category with 2 values, kept' });
    const [sex] = source.facts.forgotten;
    expect([0, 1].map((value) => sex?.countsByLabel.reduce((sum, ofClass) => sum + (ofClass[value] ?? 0), 0))).toEqual(sex?.counts);
  });

  it('leaves what is forgotten among the inputs if that is asked for, and never what is kept', async () => {
    const source = await open(PEOPLE, { ...ASKED, forgetFromInputs: true });
    expect(source.roles.inputs).toEqual(['age', 'sex', 'city']);
    expect(texts(source)).toContain('3 columns are inputs; no inputs are income (kept)\nforgotten, and inputs all the same: sex');
  });

  it.each<[string, Asked, string]>([
    ['the column that settings name', { keep: ['income'], forget: ['sex'], columns: { label: 'city' } }, 'city'],
    ['the column label if it is forgotten', { keep: ['income'], forget: ['label'] }, 'label'],
    ['else the first category that is kept', { keep: ['age', 'sex', 'income'], forget: ['city'] }, 'sex'],
    ['else the first that is forgotten', { keep: ['age'], forget: ['city', 'sex'] }, 'city'],
  ])('has as its label %s', async (_what, asked, label) => {
    const labelled = PEOPLE.replaceAll(/$/gm, (_end, at: number) => `,${at < 30 ? 'label' : ['x', 'y'][at % 2]}`);
    const source = await open(labelled, asked);
    expect(source.roles.label).toBe(label);
    expect(source.roles.inputs).not.toContain(label);
  });

  it('stands in steps as what is kept, forgotten and combined, without what is the label', async () => {
    const table = PEOPLE.replaceAll(/$/gm, (_all, at: number) => `,${at}`);
    const { facts, train } = await open(table, { keep: ['income', 'age'], forget: ['sex', 'city'] });
    const indices = Uint32Array.of(0, 1, 2);
    const { attributes, labels } = gatherBatch(train, indices, facts);
    expect(Object.keys(attributes)).toEqual(['kept.1', 'forgotten.0', 'forgotten.1', 'forgotten.2']);
    expect([labels.length, attributes['kept.1']?.length, attributes['forgotten.2']?.length]).toEqual([6, 6, 18]);
    expect(facts.forgotten[2]).toMatchObject({
      name: 'sex x city', of: ['sex', 'city'], isLabel: false,
      categories: ['0 x Bern', '0 x Uri', '0 x Zug', '1 x Bern', '1 x Uri', '1 x Zug'],
    });
    const [sex, city, both] = [0, 1, 2].map((index) => train.forgotten[index] as Uint32Array);
    expect(both).toEqual(sex?.map((value, row) => 3 * value + (city?.[row] ?? 0)));
    const age = train.kept[1] as Float64Array;
    expect(age.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
    expect(age.reduce((sum, value) => sum + value ** 2, 0) / train.count).toBeCloseTo(1, 9);
    expect([...attributes['kept.1'] ?? []]).toEqual([...indices].flatMap((row) => [Math.fround(age[row] as number), 1]));
  });

  it('is read by probes as it is, numbers by ten parts of equal size', async () => {
    const source = await open(PEOPLE.replace('\n20,', '\n,'), { keep: ['income'], forget: ['age'] });
    const age = source.facts.forgotten[0];
    expect(age?.counts.every((count) => count === 4 || count === 5)).toBe(true);
    expect(age?.categories).toHaveLength(10);
    expect(`${age?.categories[0]}, ${age?.categories[9]}`).toMatch(/^below \d+, \d+ or more$/);
    const { labels, values, means } = probedAttribute(source.train, source.facts, 'age');
    for (const [row, value] of (values as Float64Array).entries()) {
      expect(Number.isNaN(value) ? labels[row] === -1 : Math.abs(value - (means?.[labels[row] as number] as number)) <= 4).toBe(true);
    }
    expect(probedAttribute(source.train, source.facts, '').labels).toEqual(new Int32Array(source.train.labels));
    expect(() => probedAttribute(source.train, source.facts, 'height')).toThrow('attribute: expected one of income, age');
  });

  it('has another fingerprint if something else is kept or forgotten', async () => {
    const fingerprints = [ASKED, { ...ASKED, keep: ['city'] }, { ...ASKED, forget: ['city'] }, { ...ASKED, forgetFromInputs: true }]
      .map(async (asked) => (await open(PEOPLE, asked)).facts.fingerprint);
    expect(new Set(await Promise.all(fingerprints)).size).toBe(4);
  });

  it('may have vectors beside it, which are the inputs', async () => {
    const vectors = npyBytes([60, 2], Float32Array.from({ length: 120 }, (_, index) => index));
    const { facts, roles } = await open({ 'table.csv': PEOPLE, 'features.npy': vectors }, ASKED);
    expect([facts.shape.channels, roles.inputs, facts.forgotten[0]?.name]).toEqual([2, [], 'sex']);
  });
});

describe('files of a table', () => {
  const [header = '', ...lines] = PEOPLE.split('\n');

  it('train and test as their names say', async () => {
    const part = (first: number, end: number): string => [header, ...lines.slice(first, end)].join('\n');
    const source = await open({ 'train.csv': part(0, 40), 'test.csv': part(40, 60) }, ASKED);
    expect([source.facts.trainCount, source.facts.testCount]).toEqual([40, 20]);
    expect(texts(source)).toMatch(/files are read as one table, .*test\.csv \(20 rows to test\), .*train\.csv \(40 rows to train\)/);
  });

  it('may lack a header, say their split and write classes in their own ways, as those of UCI Adult do', async () => {
    const test = lines.slice(40).map((line) => line.replaceAll(/(high|low)/g, '$1.'));
    const table = {
      files: [{ file: 'a.train', domain: null, split: 'train' as const }, { file: 'a.test', domain: null, split: 'test' as const }],
      names: ['age', 'sex', 'income', 'city'], labelColumn: 'income', columns: { city: 'ignored' as const },
      classes: { low: ['low', 'low.'], high: ['high', 'high.'] },
    };
    const files = { 'a.train': lines.slice(0, 40).join('\n'), 'a.test': test.join('\n') };
    const { facts, roles } = await open(files, { ...ASKED, table });
    expect(facts).toMatchObject({ trainCount: 40, testCount: 20, classes: ['low', 'high'], kept: [{ counts: [26, 14] }] });
    expect(roles.inputs).toEqual(['age']);
    await expect(open(files, { ...ASKED, table: { ...table, names: ['age', 'income'], columns: null } })).rejects
      .toThrow('expected 2 columns, as data.table.names has them (age, income), found 4');
  });

  it('may each be a value of an attribute, and cells may be put together to categories', async () => {
    const domain = (file: string, name: string) => ({ file, domain: name, split: null });
    const table = {
      files: [domain('a.csv', 'north'), domain('b.csv', 'south')], domainColumn: 'clinic',
      categories: { city: { mountains: ['Uri'], towns: ['Bern', 'Zug'] } },
    };
    const halves = { 'a.csv': [header, ...lines.slice(0, 30)].join('\n'), 'b.csv': [header, ...lines.slice(30)].join('\n') };
    const { facts } = await open(halves, { keep: ['income', 'city'], forget: ['clinic'], table });
    expect(facts).toMatchObject({
      domains: [{ name: 'all' }], kept: [{}, { categories: ['mountains', 'towns'] }],
      forgotten: [{ name: 'clinic', categories: ['north', 'south'] }],
    });
  });
});

describe('a list of images', () => {
  async function openList(header: string, asked: Partial<DataConfig>): Promise<DataSource> {
    const folder = await makeFolder();
    const lines = Array.from({ length: 24 }, (_, image) => `${image}.png,${['smile', 'frown'][image % 2]},cam${image % 3},${10 * image}`);
    for (const image of lines.keys()) await writeImage(join(folder, `${image}.png`), [9 * image, 0, 0]);
    await writeFile(join(folder, 'labels.csv'), [header, ...lines].join('\n'));
    return openData({ ...PLAIN_DATA, kind: 'images', folder, imageSize: 8, ...asked }, 1);
  }

  it('needs no column of labels where it is said what is kept and forgotten', async () => {
    const { facts, roles, train } = await openList('file,face,camera,age', { keep: ['face', 'age'], forget: ['camera'] });
    expect(facts).toMatchObject({
      classes: ['frown', 'smile'], kept: [{ name: 'face', isLabel: true }, { kind: 'number', name: 'age' }],
      forgotten: [{ name: 'camera', categories: ['cam0', 'cam1', 'cam2'] }],
    });
    expect([roles, train.inputs.values]).toEqual([{ label: 'face', domain: null, inputs: [] }, 'bytes']);
  });

  it('has its label where that is kept, and needs one where nothing else is said', async () => {
    const { facts, roles } = await openList('file,label,camera,age', { keep: ['label'], forget: ['camera'] });
    expect([roles.label, facts.kept[0]?.isLabel, facts.forgotten[0]?.name]).toEqual(['label', true, 'camera']);
    await expect(openList('file,face,camera,age', {})).rejects.toThrow('expected a column of labels');
    await expect(openList('file,face,camera,age', { keep: ['face'], forget: ['kamera'] })).rejects
      .toThrow('expected a column kamera to forget, found file, face, camera, age; did you mean camera?');
  });
});

describe('values that are missing', () => {
  const gaps = rows('age,sex,income,split', (row) => [
    20 + row, row % 4 === 0 ? '' : ['m', 'f'][row % 2] ?? '', row % 10 === 5 ? '' : row % 3 === 0 ? 'high' : 'low',
    row < 40 ? 'train' : 'test',
  ]).replace('\n61,f,', '\n61,x,');

  it('leave their examples for the rest, and are counted', async () => {
    const source = await open(gaps, ASKED);
    expect(source.facts).toMatchObject({
      trainCount: 40, domains: [{ labelledCount: 36 }], kept: [{ missing: 4 }], forgotten: [{ missing: 10, categories: ['f', 'm'] }],
    });
    expect(texts(source)).toContain('4 training and 2 test examples have no value of income: they are used for the rest');
    expect(texts(source)).toContain('10 training and 5 test examples have no value of sex: they are used for the rest');
    expect(texts(source)).toContain('1 test example is not counted for sex, as no training example has their value: x (1)');
    const { labels, attributes } = gatherBatch(source.train, Uint32Array.of(4, 5), source.facts);
    expect([[...attributes['forgotten.0'] ?? []], [...labels]]).toEqual([[0, 0, 1, 0], [0, 1, 0, 0]]);
    expect(source.train.forgotten[0]?.[4]).toBe(MISSING);
  });

  it('are not found where only the label is forgotten', async () => {
    await expect(open(gaps.replace('income', 'label'), { keep: [], forget: ['label'] })).rejects.toThrow('expected a label');
  });
});

describe('what cannot be kept or forgotten is refused:', () => {
  const constants = Array.from({ length: 38 }, (_, column) => `c${column}`);
  const CONSTANT = rows(`sex,income,${constants.join()}`, (row) => [row % 2, row % 3 === 0 ? 'high' : 'low', ...constants.map(() => 7)]);

  it.each<[string, string, Asked, string]>([
    ['a column that is not there', PEOPLE, { keep: ['income'], forget: ['cty'] },
      'expected a column cty to forget, found age, sex, income, city; did you mean city?'],
    ['a label that is not there', PEOPLE, {},
      'expected a column label (--label-column names another) to forget, found age, sex, income, city'],
    ['a column that is both', PEOPLE, { keep: ['label'], forget: ['income'], columns: { label: 'income' } },
      'expected attributes that are kept or forgotten, each of them once, found income twice'],
    ['a column of one value', CONSTANT, { keep: ['income'], forget: ['c3'] },
      'expected a column c3 to forget, found one that is left out: all its cells are 7'],
    ['a column that is ignored', PEOPLE, { ...ASKED, columns: { ignored: ['sex'] } },
      'expected a column sex to forget, found one that is ignored'],
    ['a column with one value to train', rows('a,sex,y,split', (row) => [row, row < 40 ? 'm' : 'f', row % 2, row < 40 ? 'train' : 'test']),
      { keep: ['y'], forget: ['sex'] }, 'expected at least 2 values of sex among the training examples, found "m" alone'],
    ['numbers alone', PEOPLE, { keep: ['age'], forget: [] },
      'expected a category among what is kept and forgotten, or --label-column NAME'],
    ['all but constants', CONSTANT, ASKED, 'expected a column to learn from beside those that are kept and forgotten, found none'],
  ])('%s', async (_what, table, asked, message) => {
    await expect(open(table, asked)).rejects.toThrow(message);
  });

  it('38 constant columns of 40 are left out in one notice', async () => {
    const lines = CONSTANT.split('\n').map((line, row) => `${line},${row === 0 ? 'age' : row}`);
    const said = texts(await open(lines.join('\n'), ASKED));
    expect(said).toContain('left out, as all cells of the column are alike: c0, c1, c2, c3 and 34 more columns');
  });
});

describe('what kept attributes tell of forgotten ones', () => {
  const table = rows('x,clinic,country,sex,income', (row) => [
    row, ['a', 'b', 'c', 'd'][row % 4] ?? '', row % 2 === 0 ? 'FR' : 'DE', row % 3 === 0 ? 'm' : 'f', (row * 7) % 12 < 5 ? 'high' : 'low',
  ], 240);

  it('is said: in nats, and for two categories as an area under the curve', async () => {
    // Of 100 men 60 have a high income, of 100 women 20.
    const counted = rows('x,sex,income,split', (row) => [
      row, row % 2 === 0 ? 'm' : 'f', (row >> 1) % 5 < (row % 2 === 0 ? 3 : 1) ? 'high' : 'low', row < 200 ? 'train' : 'test',
    ], 220);
    const notes = await checkChosen(await open(counted, ASKED), 'parity');
    // 0.086 nats, less what chance would tell.
    const text = /^income alone tells 0\.08\d of 0\.693 nats of sex, AUROC 0\.700 \(200 training examples\)$/;
    expect(notes).toEqual([{ kind: 'notice', text: expect.stringMatching(text) as string }]);
  });

  it.each([
    ['parity', 'clinic', 'country', /clinic decides country: it tells 1\.000 of its entropy .*, so that features that keep clinic tell/],
    ['parity', 'country', 'clinic', /clinic decides country: .*, so that features that tell something of country tell something of clinic/],
    ['odds', 'clinic', 'country', /clinic decides country: .*, so that beyond clinic nothing is left of country to be forgotten/],
  ] as const)('is refused with %s where %s is kept, %s is forgotten and one decides it', async (fairness, kept, forgotten, message) => {
    const source = await open(table, { keep: [kept], forget: [forgotten] });
    await expect(checkChosen(source, fairness)).rejects.toMatchObject({
      code: 'CONFIG_INVALID', message: expect.stringMatching(message) as string,
    });
  });

  it('may be decided by what is forgotten with odds, if it is the label', async () => {
    const label = await open(table, { keep: ['country'], forget: ['clinic'] });
    const [note] = await checkChosen(label, 'odds');
    expect(note?.text).toContain('country alone tells 0.69');
    const other = await open(table, { keep: ['sex', 'country'], forget: ['clinic'] });
    await expect(checkChosen(other, 'odds')).rejects.toThrow('clinic decides country');
  });
});

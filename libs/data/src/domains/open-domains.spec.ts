import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA, type DataConfig, type DomainsConfig } from '@lethe/config';
import { makeFolder, makeIdxFolder, matlabBytes, removeFolders, someBytes, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { MISSING } from '../model/attributes.js';
import type { DataSource, Dataset } from '../model/dataset.js';
import { openData } from '../open-data.js';

afterAll(removeFolders);

function config(folder: string, domains: Partial<DomainsConfig> & Pick<DomainsConfig, 'from' | 'target'>, channels: 1 | 3 = 1): DataConfig {
  return {
    ...PLAIN_DATA, kind: 'domains', folder, imageSize: 8, channels,
    domains: { sources: null, training: 'adaptation', ...domains },
  };
}

/** As they are kept. */
function inputsOf({ inputs, rows }: Dataset): Uint8Array | Float32Array {
  return inputs.gather(rows);
}

function labelsOf({ facts, train }: DataSource, domain: string): number[] {
  const index = facts.domains.findIndex(({ name }) => name === domain);
  return [...train.labels].filter((_, example) => train.domains[example] === index);
}

/** Two folders of digits in IDX files and twenty SVHN images. */
async function digitFolder(): Promise<string> {
  const folder = await makeFolder();
  await rename(await makeIdxFolder(), join(folder, 'left'));
  await rename(await makeIdxFolder({ labels: [2, 1] }), join(folder, 'right'));
  await mkdir(join(folder, 'svhn'));
  await writeFile(join(folder, 'svhn', 'svhn_test10k_32x32.mat'), matlabBytes([
    { name: 'X', dimensions: [8, 8, 3, 20], values: someBytes(8 * 8 * 3 * 20), compressed: true },
    { name: 'y', dimensions: [20, 1], values: Uint8Array.from({ length: 20 }, (_, index) => [10, 1, 2][index % 3] ?? 1) },
  ]));
  return folder;
}

const DIGITS: DomainsConfig['from'] = [
  { kind: 'digits', domain: 'left', folder: 'left' }, { kind: 'digits', domain: 'right', folder: 'right' },
];
const SVHN: DomainsConfig['from'][number] = { kind: 'svhn', domain: 'svhn', folder: 'svhn' };

describe('domains of images', () => {
  it('come in one size and in order, the target last and without its training labels', async () => {
    const source = await openData(config(await digitFolder(), { from: [...DIGITS, SVHN], target: 'right' }, 3), 1);
    expect(source.facts.shape).toEqual({ height: 8, width: 8, channels: 3 });
    expect(source.facts.classes).toEqual(['0', '1', '2']);
    expect(source.facts.domains).toEqual([
      { name: 'left', trainCount: 12, labelledCount: 12, testCount: 6, otherLabels: [] },
      { name: 'svhn', trainCount: 18, labelledCount: 18, testCount: 2, otherLabels: [] },
      { name: 'right', trainCount: 12, labelledCount: 0, testCount: 6, otherLabels: [] },
    ]);
    expect(labelsOf(source, 'right')).toEqual(new Array(12).fill(MISSING));
    // Labels are by name: right's first is a 2.
    expect(source.test.labels.at(-6)).toBe(2);
  });

  it('take part as the kind of run wants it', async () => {
    const folder = await digitFolder();
    const counts = async (training: DomainsConfig['training']): Promise<number[]> => {
      const { facts } = await openData(config(folder, { from: DIGITS, target: 'right', training }), 1);
      return facts.domains.flatMap(({ trainCount, labelledCount, testCount }) => [trainCount, labelledCount, testCount]);
    };
    expect(await counts('sources')).toEqual([12, 12, 6, 0, 0, 6]);
    expect(await counts('adaptation')).toEqual([12, 12, 6, 12, 0, 6]);
    expect(await counts('target')).toEqual([0, 0, 6, 12, 12, 6]);
  });

  it('have another fingerprint for another kind of run', async () => {
    const folder = await digitFolder();
    const fingerprint = async (change: Partial<DomainsConfig>): Promise<string> => {
      const { facts } = await openData(config(folder, { from: DIGITS, target: 'right', ...change }), 1);
      return facts.fingerprint;
    };
    expect(new Set([await fingerprint({}), await fingerprint({}), await fingerprint({ training: 'sources' })]).size).toBe(2);
  });

  it.each<[string, Partial<DomainsConfig>, string]>([
    ['no target', { target: null }, '--target is missing: expected the domain to carry the model to, one of left, right, found none'],
    ['an unknown target', { target: 'middle' }, '--target: expected a domain of the data (left, right), found "middle"'],
    ['an unknown source', { sources: ['middle'] }, 'data.domains.sources: expected a domain of the data (left, right), found "middle"'],
    ['no source but the target', { sources: ['right'] }, 'expected a domain other than the target right, found none'],
  ])('refuse %s', async (_what, change, message) => {
    const opened = openData(config(await digitFolder(), { from: DIGITS, target: 'right', ...change }), 1);
    await expect(opened).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(message) as string });
  });
});

async function imageFolder(rows: readonly string[]): Promise<string> {
  const folder = await makeFolder();
  for (const row of rows) await writeImage(join(folder, row.split(',')[0] ?? ''), [row.length * 7, 0, 0]);
  await writeFile(join(folder, 'labels.csv'), ['file,domain,label', ...rows].join('\n'));
  return folder;
}

describe('domains of a folder of images', () => {
  const own = { from: [{ kind: 'images', folder: '.' }], target: 'night' } as const;

  it('may be without labels', async () => {
    const rows = Array.from({ length: 12 }, (_, index) =>
      [`${index}.png`, ...(index < 6 ? ['day', ['cat', 'dog'][index % 2]] : ['night', ''])].join());
    const { facts, test } = await openData(config(await imageFolder(rows), { ...own, from: [...own.from] }), 1);
    expect(facts.domains).toEqual([
      { name: 'day', trainCount: 4, labelledCount: 4, testCount: 2, otherLabels: [] },
        { name: 'night', trainCount: 5, labelledCount: 0, testCount: 1, otherLabels: [] },
    ]);
    expect([...test.labels].map((label) => label === MISSING)).toEqual([false, false, true]);
  });

  it('need a domain column, and a label somewhere', async () => {
    const folder = await makeFolder();
    await writeImage(join(folder, 'a.png'), [1, 1, 1]);
    await writeFile(join(folder, 'labels.csv'), 'file,label\na.png,cat\n');
    const message = 'expected a column domain with the population of each example, or folders domain/class/image, found neither';
    await expect(openData(config(folder, { ...own, from: [...own.from] }), 1)).rejects.toThrow(message);
    const unlabelled = await imageFolder(['a.png,day,', 'b.png,day,', 'c.png,night,', 'd.png,night,']);
    await expect(openData(config(unlabelled, { ...own, from: [...own.from] }), 1)).rejects
      .toThrow('expected training examples with a label in day, found none');
  });
});

describe('domains of a table', () => {
  const from: DomainsConfig['from'] = [{
    kind: 'table', files: [{ file: 'a.csv', domain: 'a', split: null }, { file: 'b.csv', domain: 'b', split: null }], names: null,
    domainColumn: null, labelColumn: 'ill',
    columns: { age: 'numeric', pain: 'categorical' }, classes: { no: ['0'], yes: ['1', '2'] }, categories: null,
  }];
  const A = 'age,pain,blood,ill,split\n10,x,1.5,0,train\n30,y,2.5,2,train\n99,z,9,1,test\n';
  const B = 'age,pain,blood,ill,split\n,x,?,1,train\n20.0,y,4,0,train\n20,x,4,,test\n';

  async function tableFolder(a = A, b = B): Promise<string> {
    const folder = await makeFolder();
    await writeFile(join(folder, 'a.csv'), a);
    await writeFile(join(folder, 'b.csv'), b);
    return folder;
  }

  it('are standardised by the training rows that are learnt from, and know what is missing', async () => {
    const { facts, train, test } = await openData(config(await tableFolder(), { from, target: 'b', training: 'sources' }), 1);
    expect(facts.classes).toEqual(['no', 'yes']);
    // age by mean 20 and deviation 10, pain as x or y, blood by mean 2 and deviation 0.5: nothing is missing in a.
    expect(facts.shape).toEqual({ height: 1, width: 1, channels: 4 });
    expect([...inputsOf(train)]).toEqual([-1, 1, 0, -1, 1, 0, 1, 1].map((value) => expect.closeTo(value, 5) as unknown));
    // The test row of a has a category that training never had; b's age is known and its blood is a number.
    expect([...inputsOf(test)].slice(0, 4)).toEqual([7.9, 0, 0, 14].map((value) => expect.closeTo(value, 4) as unknown));
    expect([...test.labels]).toEqual([1, MISSING]);
  });

  it('get a number more for each column with missing values', async () => {
    const { facts, train } = await openData(config(await tableFolder(), { from, target: 'b' }), 1);
    expect(facts.shape.channels).toBe(6);
    const row = [...inputsOf(train)].slice(2 * 6, 3 * 6);
    // Age and blood are missing: the mean, and said so.
    expect([row[0], row[1], row[4], row[5]]).toEqual([0, 1, 0, 1]);
  });

  it.each([
    ['another header', A, B.replace('pain', 'ache'), 'in any order, found "ache", which '],
    ['a word where numbers belong', A.replace('30', 'old'), B, 'a.csv, line 3: expected a number in age, found "old"'],
    ['a label that means nothing', A.replace(',2,train', ',7,train'), B, 'a.csv, line 3: expected ill to be 0, 1, 2, found "7"'],
    ['an empty file', '', B, 'a.csv: expected a table, found an empty file'],
    ['a header alone', 'age,pain,blood,ill,split\n', B, 'a.csv: expected a row below the header, found none'],
    ['rows of other lengths', `${A}1,2\n`, B, 'a.csv, line 5: expected 5 cells like the first line, found 2'],
  ])('refuse %s', async (_what, a, b, message) => {
    const opened = openData(config(await tableFolder(a, b), { from, target: 'b' }), 1);
    await expect(opened).rejects.toMatchObject({ code: 'DATA_INVALID', message: expect.stringContaining(message) as string });
  });

  it('can be named by a column of the table', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'table.csv'), 'domain,label,height\nhere,a,1\nhere,a,2\nhere,b,3\nhere,b,4\nthere,,5\nthere,,6\n');
    const own: DomainsConfig['from'] = [{
      kind: 'table', files: [{ file: 'table.csv', domain: null, split: null }], names: null, domainColumn: 'domain', labelColumn: 'label',
      columns: null, classes: null, categories: null,
    }];
    const { facts } = await openData(config(folder, { from: own, target: 'there' }), 1);
    expect(facts.domains).toEqual([
      { name: 'here', trainCount: 2, labelledCount: 2, testCount: 2, otherLabels: [] },
        { name: 'there', trainCount: 1, labelledCount: 0, testCount: 1, otherLabels: [] },
    ]);
  });
});

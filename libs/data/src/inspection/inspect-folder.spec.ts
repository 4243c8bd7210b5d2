import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA, PLAIN_TABLE, type DomainsConfig } from '@lethe/config';
import { makeFolder, makeIdxFolder, makeImageFolder, matlabBytes, removeFolders, someBytes, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { contactSheet } from '../report/contact-sheet.js';
import { describeData } from '../report/describe-data.js';
import { inspectDomains, inspectFolder, type DamagedData, type InspectedData } from './inspect-folder.js';

afterAll(removeFolders);

const usps = (...digits: number[]): string => digits.map((digit) => `${digit} 1:0\n`).join('');

async function folderWithEverything(): Promise<string> {
  const folder = await makeFolder();
  await rename(await makeIdxFolder(), join(folder, 'idx'));
  await rename(await makeImageFolder(), join(folder, 'pets'));
  for (const name of ['svhn', 'photos', 'listed', 'patients', 'usps', 'empty', 'two']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'svhn', 'test_32x32.mat'), matlabBytes([
    { name: 'X', dimensions: [4, 4, 3, 20], values: someBytes(960) },
    { name: 'y', dimensions: [20, 1], values: Uint8Array.from({ length: 20 }, (_, image) => 1 + (image % 2)) },
  ]));
  await writeImage(join(folder, 'photos', 'a.png'), [1, 2, 3]);
  for (const name of ['0', '1', '2', '3']) await writeImage(join(folder, 'listed', `${name}.png`), [255, 0, Number(name)]);
  await writeFile(join(folder, 'listed', 'test_labels.txt'), '0.png 7\n1.png 7\n2.png 8\n3.png 8\n');
  await writeFile(join(folder, 'patients', 'all.csv'), 'age,ill\n50,1\n,0\n40,1\n');
  await writeFile(join(folder, 'usps', 'usps'), usps(1, 2, 1, 2));
  await writeFile(join(folder, 'usps', 'usps.t'), usps(1, 2));
  await writeFile(join(folder, 'two', 'a.csv'), 'age\n50\n51\n52\n');
  await writeFile(join(folder, 'two', 'b.csv'), 'size\n5\n6\n7\n');
  return folder;
}

const config = { ...PLAIN_DATA, kind: 'images', imageSize: 8, channels: 3 } as const;

async function inspect(folder: string, reading = {}): Promise<(InspectedData | DamagedData)[]> {
  const found: (InspectedData | DamagedData)[] = [];
  const plan = { folder, config: { ...config, reading: { ...config.reading, ...reading } }, seed: 1, options: {} };
  for await (const one of inspectFolder(plan)) found.push(one);
  return found;
}

const inspected = (found: readonly (InspectedData | DamagedData)[]): InspectedData[] => (
  found.filter((one): one is InspectedData => !('damaged' in one))
);

describe('inspectFolder', () => {
  it('opens the data of every folder, with their classes', async () => {
    const described = inspected(await inspect(await folderWithEverything())).map(({ name, kind, data: { facts, train, test } }) => (
      [name, kind, `${train.count}+${test.count}`, facts.classes.join(' ')]
    ));
    expect(described).toEqual([
      ['idx', 'IDX files', '12+6', '0 1 2'],
      ['listed', 'images listed in test_labels.txt', '2+2', '7 8'],
      ['patients', 'a table (all.csv)', '2+1', ''],
      ['pets', 'images listed in labels.csv', '20+4', 'cat dog'],
      ['photos', 'images without labels', '1+0', ''],
      ['svhn', 'SVHN (test_32x32.mat)', '18+2', '1 2'],
      ['two', 'a table (a.csv)', '2+1', ''],
      ['two', 'a table (b.csv)', '2+1', ''],
      ['usps', 'USPS as text (usps)', '4+2', '0 1'],
    ]);
  });

  it('lays samples out by class', async () => {
    const listed = inspected(await inspect(await folderWithEverything())).find(({ name }) => name === 'listed');
    const sheet = listed === undefined ? null : contactSheet(listed.data);
    expect([sheet?.rows, sheet?.columns, sheet?.shape]).toEqual([2, 10, { height: 8, width: 8, channels: 3 }]);
    expect([...(sheet?.images.subarray(0, 2) ?? [])]).toEqual([255, 0]);
  });

  it('reads folders that are classes, domains or splits as one', async () => {
    const folder = await makeFolder();
    for (const [index, path] of ['train/cat', 'train/dog', 'test/cat', 'test/dog'].entries()) {
      await writeImage(join(folder, path, '0.png'), [index, 0, 0]);
    }
    const [one, another] = inspected(await inspect(folder));
    expect([one?.name, one?.kind, one?.data.train.count, another]).toEqual(['', 'images in folders', 2, undefined]);
    expect(one?.data.facts.classes).toEqual(['cat', 'dog']);
  });

  it('reports damaged data and goes on', async () => {
    const folder = await folderWithEverything();
    await writeFile(join(folder, 'svhn', 'test_32x32.mat'), 'not MATLAB');
    const found = await inspect(folder);
    expect(inspected(found)).toHaveLength(8);
    const damaged = expect.stringContaining('test_32x32.mat: expected') as unknown;
    expect(found.filter((one) => 'damaged' in one)).toEqual([{ name: 'svhn', damaged }]);
  });

  it('names all images that cannot be read and leaves them out', async () => {
    const folder = await makeImageFolder();
    for (const file of ['03.png', '17.png']) await writeFile(join(folder, 'images', file), 'no image');
    const [found] = inspected(await inspect(folder));
    expect(found?.bad.map(({ reason }) => reason)).toEqual([expect.stringContaining('03.png'), expect.stringContaining('17.png')]);
    expect([found?.count, (found?.data.train.count ?? 0) + (found?.data.test.count ?? 0)]).toEqual([24, 22]);
  });

  it('takes the columns that are said', async () => {
    const folder = await makeFolder();
    const rows = Array.from({ length: 12 }, (_, row) => `${row},${row % 2},${row % 3 === 0 ? 'a' : 'b'}`);
    await writeFile(join(folder, 'all.csv'), `age,ill,site\n${rows.join('\n')}\n`);
    const reading = { columns: { ...config.reading.columns, label: 'ill', domain: 'site' } };
    const [found] = inspected(await inspect(folder, reading));
    expect([found?.data.facts.classes, found?.data.facts.domains]).toEqual([['0', '1'], [{ name: 'a' }, { name: 'b' }]]);
  });

  it('ends as soon as it is asked to', async () => {
    const ending = new AbortController();
    const options = { signal: ending.signal, onProgress: () => { ending.abort(); } };
    const found = inspectFolder({ folder: await makeImageFolder(), config, seed: 1, options });
    await expect(found.next()).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const [one] = inspected(await inspect(await makeImageFolder()));
    if (one !== undefined) await expect(describeData(one.data, { signal: ending.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(one?.count).toBe(24);
  });

  it('says why images in folders are no classes, and what MATLAB files hold that are not read', async () => {
    const folder = await makeFolder();
    for (const path of ['pets/a.png', 'pets/cat/b.png', 'pets/dog/c.png']) await writeImage(join(folder, path), [1, 2, 3]);
    await writeFile(join(folder, 'pets', 'broken.png'), 'no image');
    const fixtures = new URL('../../../testing/fixtures/matlab/', import.meta.url);
    for (const name of ['test_v7_array.mat', 'test_v7.3_simple.mat']) await copyFile(new URL(name, fixtures), join(folder, name));
    const [matlab, pets] = await inspect(folder);
    const expected = /named like train_32x32\.mat .*, found \n {2}test_v7\.3_simple\.mat: .*HDF5.*\n.*array\.mat with a1x2, a2x1,/;
    expect(matlab).toMatchObject({ damaged: expect.stringMatching(expected) as string });
    const fault = 'found no image of a known kind, or one with a damaged beginning';
    const bad = [{ reason: `${folder}: expected an image in ${folder}/pets/broken.png, ${fault}` }];
    expect(pets).toMatchObject({ kind: 'images without labels', bad });
    const notes = pets !== undefined && 'data' in pets ? pets.data.notes.map(({ text }) => text) : [];
    expect(notes).toEqual([expect.stringContaining('no run can learn classes from them: ')]);
  });

  it('looks into folders with the name of a file', async () => {
    const folder = await makeIdxFolder();
    for (const name of await readdir(folder)) {
      await rename(join(folder, name), join(folder, 'moved'));
      await mkdir(join(folder, name));
      await rename(join(folder, 'moved'), join(folder, name, name.replace('-idx', '.idx')));
    }
    const found = await inspect(folder);
    expect(inspected(found).map(({ name, kind, data }) => [name, kind, data.train.count])).toEqual([['', 'IDX files', 12]]);
  });

  it('wants a folder', async () => {
    await expect(inspect('/nowhere')).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });
});

it('what a recipe reads is opened with all of its domains, the target last', async () => {
  const folder = await makeFolder();
  const rows = Array.from({ length: 12 }, (_, row) => `${row},${row % 2},${row % 3 === 0 ? 'a' : 'b'}`);
  await writeFile(join(folder, 'table.csv'), `age,label,domain\n${rows.join('\n')}\n`);
  const domains: DomainsConfig = {
    from: [{ ...PLAIN_TABLE, kind: 'table', domainColumn: 'domain', labelColumn: 'label' }],
    target: 'a', sources: null, training: 'each',
  };
  const { data, problems } = await inspectDomains({ folder, config: { ...PLAIN_DATA, kind: 'domains', domains }, seed: 1, options: {} });
  expect([data.facts.domains, problems]).toEqual([[{ name: 'b' }, { name: 'a' }], []]);
  expect(data.train.labels.every((label) => label < 2)).toBe(true);
});

it('says what a run would keep and forget, and why it would be refused', async () => {
  const folder = await makeFolder();
  const rows = Array.from({ length: 60 }, (_, row) => `${row},${['a', 'b', 'c', 'd'][row % 4]},${row % 2},${row % 3}`);
  await writeFile(join(folder, 'people.csv'), `age,clinic,country,ill\n${rows.join('\n')}\n`);
  const look = async (keep: string[], forget: string[]): Promise<InspectedData> => {
    const found: (InspectedData | DamagedData)[] = [];
    for await (const one of inspectFolder({ folder, config: { ...config, keep, forget }, seed: 1, options: {} })) found.push(one);
    return found[0] as InspectedData;
  };
  const { data, problems } = await look(['country'], ['ill']);
  expect([data.roles.inputs, data.facts.kept[0]?.name, data.facts.forgotten[0]?.name, problems]).toEqual([
    ['age', 'clinic'], 'country', 'ill', [],
  ]);
  expect(data.notes.map(({ text }) => text).join()).toContain('country alone tells 0.0');
  const { problems: impossible } = await look(['country'], ['clinic']);
  expect(impossible).toEqual([expect.stringMatching(/^--fairness parity: .* clinic decides country/)]);
});

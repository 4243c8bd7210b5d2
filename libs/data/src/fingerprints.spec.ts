import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLAIN_DATA, type DataConfig, type DomainsConfig } from '@lethe/config';
import { makeFolder, makeIdxFolder, makeImageFolder, matlabBytes, removeFolders, someBytes, writeImage } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { openData } from './open-data.js';

afterAll(removeFolders);

const CONFIG: DataConfig = { ...PLAIN_DATA, kind: 'idx', imageSize: 8 };

function domains(from: DomainsConfig['from'], target: string): Partial<DataConfig> {
  return { kind: 'domains', domains: { from, target, sources: null, training: 'adaptation' } };
}

async function makeDigits(): Promise<string> {
  const folder = await makeFolder();
  await rename(await makeIdxFolder(), join(folder, 'left'));
  for (const name of ['svhn', 'usps']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'svhn', 'svhn_test10k_32x32.mat'), matlabBytes([
    { name: 'X', dimensions: [8, 8, 3, 20], values: someBytes(8 * 8 * 3 * 20), compressed: true },
    { name: 'y', dimensions: [20, 1], values: Uint8Array.from({ length: 20 }, (_, index) => [10, 1, 2][index % 3] ?? 1) },
  ]));
  for (const [name, count] of [['usps', 12], ['usps.t', 6]] as const) {
    const lines = Array.from({ length: count }, (_, image) => `${1 + (image % 3)} 1:-1 ${2 + image}:0.5 256:1\n`);
    await writeFile(join(folder, 'usps', name), lines.join(''));
  }
  return folder;
}

async function makeOwnDomains(): Promise<string> {
  const folder = await makeFolder();
  const rows = ['file,domain,label'];
  for (let image = 0; image < 24; image += 1) {
    await writeImage(join(folder, `${image}.png`), [image * 9, 20, 255 - image * 9]);
    rows.push(`${image}.png,${image < 12 ? 'day' : 'night'},${image < 12 ? ['cat', 'dog'][image % 2] ?? '' : ''}`);
  }
  await writeFile(join(folder, 'labels.csv'), rows.join('\n'));
  return folder;
}

async function makeTable(): Promise<string> {
  const folder = await makeFolder();
  const rows = Array.from({ length: 40 }, (_, row) => [
    row < 20 ? 'north' : 'south', row % 7 === 0 ? '' : 40 + row * 1.25,
    ['m', 'f', 'n'][row % 3], row < 20 ? ['healthy', 'ill'][row % 2] : '',
  ].join());
  await writeFile(join(folder, 'table.csv'), ['domain,age,sex,label', ...rows].join('\n'));
  return folder;
}

const TABLE: DomainsConfig['from'][number] = {
  kind: 'table', files: [{ file: 'table.csv', domain: null, split: null }], names: null,
  domainColumn: 'domain', labelColumn: 'label', columns: null, classes: null, categories: null,
};
const DIGITS: DomainsConfig['from'] = [
  { kind: 'digits', domain: 'left', folder: 'left' }, { kind: 'digits', domain: 'usps', folder: 'usps' },
  { kind: 'svhn', domain: 'svhn', folder: 'svhn' },
];
const OWN_IMAGES = { ...domains([{ kind: 'images', folder: '.' }], 'night'), channels: 3 } as const;

describe('the fingerprint of data, by which runs know theirs again,', () => {
  it.each<[string, () => Promise<string>, Partial<DataConfig>, string]>([
    ['IDX files', makeIdxFolder, {}, '6dcf768c8caa3c3fb86b7f9daf63da57'],
    ['gzipped IDX files', () => makeIdxFolder({ zip: true }), {}, '6dcf768c8caa3c3fb86b7f9daf63da57'],
    ['grey images', makeImageFolder, { kind: 'images' }, 'c61cd52e1702c5f3200b079c057b7a93'],
    ['coloured images', makeImageFolder, { kind: 'images', channels: 3 }, 'd7dd038983d3d3120df85797f4b87e47'],
    ['digits in IDX files, as text and of houses', makeDigits, domains(DIGITS, 'svhn'), '75f5260553028d417b5afbfd8e5e105d'],
    ['images of several domains', makeOwnDomains, OWN_IMAGES, 'eba9acb8ae5fb43df6c44c97032b0235'],
    ['a table', makeTable, domains([TABLE], 'south'), 'f00ef5661748336690a09fc5b3fe95fb'],
  ])('of %s stays what it was', async (_what, make, config, fingerprint) => {
    expect((await openData({ ...CONFIG, ...config, folder: await make() }, 1)).facts.fingerprint.slice(0, 32)).toBe(fingerprint);
  });
});

import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  PLAIN_DATA, PLAIN_TABLE, READING, type DataConfig, type DomainsConfig, type DomainSourceConfig, type ReadingConfig,
} from '@lethe/config';
import { makeFolder, npyBytes, removeFolders } from '@lethe/testing';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataSource, Dataset } from '../model/dataset.js';
import { openData } from '../open-data.js';

afterAll(removeFolders);

type TableConfig = Extract<DomainSourceConfig, { kind: 'table' }>;
/** As the recipe own-table has it. */
const OWN: TableConfig = { ...PLAIN_TABLE, kind: 'table', domainColumn: 'domain', labelColumn: 'label' };

interface Asked extends Partial<Omit<ReadingConfig, 'columns'>> {
  readonly columns?: Partial<ReadingConfig['columns']>;
  readonly table?: Partial<TableConfig>;
  readonly domains?: Partial<DomainsConfig>;
}

function configOf(folder: string, { columns, table, domains, ...reading }: Asked): DataConfig {
  return {
    ...PLAIN_DATA, kind: 'domains', folder,
    domains: { from: [{ ...OWN, ...table }], target: 'south', sources: null, training: 'adaptation', ...domains },
    reading: { ...READING, ...reading, columns: { ...READING.columns, ...columns } },
  };
}

type Files = Readonly<Record<string, string | Uint8Array>>;

async function folderOf(files: Files): Promise<string> {
  const folder = await makeFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function open(files: Files | string, asked: Asked = {}): Promise<DataSource> {
  const folder = typeof files === 'string' ? await folderOf({ 'table.csv': files }) : await folderOf(files);
  return openData(configOf(folder, asked), 1);
}

async function refusal(files: Files | string, asked: Asked = {}): Promise<string> {
  return open(files, asked).then(() => 'read', (error: unknown) => (error as Error).message);
}

/** Rows of two domains and two labels, with further cells. */
function rows(header: string, cellsOf: (row: number) => string, count = 40): string {
  const lines = Array.from({ length: count }, (_, row) => (
    `${row < count / 2 ? 'north' : 'south'},${row % 2 === 0 ? 'x' : 'y'},${cellsOf(row)}`
  ));
  return [`domain,label,${header}`, ...lines].join('\n');
}

function warnings({ notes }: DataSource): string[] {
  return notes.filter(({ kind }) => kind === 'warning').map(({ text }) => text);
}

/** How each column was read. */
function described({ columns }: DataSource): string {
  return columns.map(({ name, description }) => `${name}: ${description}`).join('; ');
}

/** Cells of an attribute of the examples, numbers as they are and categories by name. */
function cellsOf({ attributes }: Dataset, name: string): (number | string | null)[] {
  const attribute = attributes.find((one) => one.name === name);
  if (attribute?.kind === 'category') return Array.from(attribute.values, (value) => attribute.categories[value] ?? null);
  return attribute === undefined ? [] : [...attribute.values];
}

describe('a table of many domains', () => {
  it('keeps the rows of all of them', async () => {
    const site = (domain: number): string => `site${String(domain).padStart(3, '0')}`;
    const lines = Array.from({ length: 300 * 12 }, (_, row) => (
      `${site(Math.floor(row / 12))},${'xy'[row % 2] ?? ''},${row % 7},${row % 12}`
    ));
    const { facts, train, test } = await open(['domain,label,v,w', ...lines].join('\n'), { domains: { target: 'site000' } });
    expect(facts.domains).toHaveLength(300);
    expect(facts.domains.at(-1)).toEqual({ name: 'site000', trainCount: 6, labelledCount: 0, testCount: 6, otherLabels: [] });
    for (const { trainCount, testCount } of facts.domains) expect([trainCount, testCount]).toEqual([6, 6]);
    for (const { domains } of [train, test]) {
      const found = Array.from({ length: 300 }, (_, domain) => domains.filter((one) => one === domain).length);
      expect(new Set(found)).toEqual(new Set([6]));
    }
    expect(new Set(cellsOf(test, 'domain')).size).toBe(300);
  });
});

describe('the columns of a table', () => {
  it('are numbers in spite of a word for a missing value', async () => {
    const tokens = ['null', 'nan', 'None', 'N/A', '-', '', '#N/A', '<NA>'];
    const source = await open(rows('v', (row) => (row < 8 ? tokens[row] ?? '' : String(row * 1.5))));
    // A number, and one that says that it is missing.
    expect(source.facts.shape.channels).toBe(2);
    expect(described(source)).toBe('domain: domain with 2 values; label: label with 2 values; '
      + 'v: number, 8 missing (null 1, nan 1, None 1, N/A 1, - 1, #N/A 1, <NA> 1)');
    expect(cellsOf(source.train, 'v').filter(Number.isNaN).length + cellsOf(source.test, 'v').filter(Number.isNaN).length).toBe(8);
  });

  it('may have decimal commas and marks between thousands, by name', async () => {
    const cell = (row: number): string => `"1.${String(100 + row)},5"`;
    const source = await open(rows('v', cell), { decimal: ',', thousands: '.' });
    expect(Math.min(...cellsOf(source.train, 'v').map(Number), ...cellsOf(source.test, 'v').map(Number))).toBe(1100.5);
    // Unasked they are left out with the way out, and nothing is left to learn from.
    expect(await refusal(rows('v', cell))).toContain('--decimal , --thousands . reads');
  });

  it('of identifiers, texts and dates are no inputs, unless that is asked for', async () => {
    const table = rows('v,id,day,about', (row) => (
      `${row},p-${row * 7},2024-01-${String(1 + row % 28).padStart(2, '0')},patient ${row} has come on foot and is ${row} years old`
    ).replace(/^\d+/, String(row * row)));
    const source = await open(table);
    expect(source.facts.shape.channels).toBe(1);
    expect(warnings(source).map((text) => text.slice(0, 40))).toEqual([
      'column id is left out: its cells are nea', 'column day is left out: its cells are da', 'column about is left out: its cells are f',
    ].map((text) => text.slice(0, 40)));
    const kept = await open(table, { columns: { categories: ['id'], ignored: ['day', 'about'] } });
    expect(warnings(kept)).toEqual([]);
    expect(described(kept)).toContain('id: category with 40 values; day: ignored; about: ignored');
  });

  it('without a name are left out, and doubled ones are named', async () => {
    const lines = rows('v', (row) => String(row * row)).split('\n');
    const numbered = lines.map((line, index) => (index === 0 ? `,${line}` : `${index - 1},${line}`)).join('\n');
    const source = await open(numbered);
    expect(source.facts.shape.channels).toBe(1);
    expect(warnings(source)).toEqual(['column 1 has no name and counts the rows: it is left out; a name in the first line keeps it']);
    expect(await refusal(rows('v,w,v', (row) => `${row * row},${row % 3},1`))).toContain('every column once, found v as columns 3 and 5');
  });

  it('name spellings that are perhaps one, with their counts', async () => {
    const table = rows('v', (row) => String(row * row)).replaceAll(/south,x/g, 'south,X').replaceAll(/south,y/g, 'south,y .');
    const source = await open(table, { domains: { training: 'sources' } });
    expect(warnings(source)).toEqual([
      'label: "X" (10) and "x" (10) are read as different; --labels-as-is if they are',
      'label: "y" (10) and "y ." (10) are read as different; --labels-as-is if they are',
    ]);
    expect(warnings(await open(table, { labelsAsIs: true, domains: { training: 'sources' } }))).toEqual([]);
    // One word with composed and with decomposed accents is one class.
    const accents = rows('v', (row) => String(row * row)).replaceAll('x,', 'caf\u00e9,').replaceAll('north,caf\u00e9', 'north,cafe\u0301');
    expect((await open(accents)).facts.classes).toEqual(['caf\u00e9', 'y']);
  });

  it('with an impossible value are refused with its row and column', async () => {
    const message = await refusal(rows('v', (row) => (row === 33 ? '1e308' : String(row * 1.5))));
    expect(message).toMatch(/table\.csv, line 35: expected a number in v that float32 can hold, found 1e\+?308; an empty cell is /);
    expect(await refusal(rows('v', (row) => (row === 33 ? '1e30' : String(row * 1.5))))).toContain('line 35: expected a number in v like');
  });

  it('can be left out by a flag, beside the columns that a recipe lists', async () => {
    const table = rows('v,w', (row) => `${row * row},${row % 3}`);
    expect((await open(table, { columns: { ignored: ['w'] } })).facts.shape.channels).toBe(1);
    const listed = { table: { columns: { v: 'numeric', w: 'categorical' } } } as const;
    expect((await open(table, listed)).facts.shape.channels).toBe(4);
    expect((await open(table, { ...listed, columns: { ignored: ['w'] } })).facts.shape.channels).toBe(1);
    expect(await refusal(table, { columns: { ignored: ['z'] } }))
      .toContain('expected a column z in the first line, found domain, label, v, w');
  });

  it('that are numbers without end are no label, and none at all are no inputs', async () => {
    const table = rows('v,w', (row) => `${row * 1.37},${row % 3}`);
    expect(await refusal(table, { columns: { label: 'v', ignored: ['label'] } })).toContain('--as-category v makes every number a class');
    const without = await refusal('domain,label\nnorth,x\nnorth,y\nsouth,x\nsouth,y\n');
    expect(without).toContain('a column to learn from beside label, domain, split and group, found none: domain (domain with 2 values)');
    expect(without).toContain('--vectors');
  });

  it('with a class of one row are refused, with the way out; a row without a label is not', async () => {
    const table = rows('v', (row) => String(row * row));
    expect(await refusal(`${table}\nnorth,z,5`)).toContain('--min-per-class 2');
    const { facts } = await open(`${table}\nnorth,,5`);
    expect(facts.domains[0]).toEqual({ name: 'north', trainCount: 11, labelledCount: 10, testCount: 10, otherLabels: [] });
  });
});

describe('columns of labels, domains, splits and groups', () => {
  it('are found by the names that are said, or in another case', async () => {
    const table = rows('v', (row) => String(row * row)).replace('domain,label', 'Domain,LABEL');
    const source = await open(table);
    expect(source.facts.classes).toEqual(['x', 'y']);
    expect(source.notes.filter(({ text }) => text.includes('is taken for')).map(({ text }) => text.replace(/^.*: /, ''))).toEqual([
      'the column LABEL is taken for the label', 'the column Domain is taken for the domain',
    ]);
    const named = await open(rows('v', (row) => String(row * row)).replace('domain,label', 'site,what'), {
      columns: { label: 'what', domain: 'site' },
    });
    expect(named.facts.domains.map(({ name }) => name)).toEqual(['north', 'south']);
  });

  it('are asked for by the names of flags', async () => {
    expect(await refusal('a,label\n1,x\n'))
      .toContain('expected a column domain in the first line (--domain-column names another), found a, label');
    expect(await refusal('domain,a\nx,1\n'))
      .toContain('expected a column label in the first line (--label-column names another), found domain');
    const table = rows('v', String);
    expect(await refusal(table, { columns: { group: 'patient' } })).toContain('expected a column patient in the first line');
    expect(await refusal(table, { columns: { split: 'label' } })).toContain('expected another column for the split than for the label');
  });

  it('say what is held out', async () => {
    const words = ['train', 'valid', 'TEST', 'training'];
    const table = rows('v,part', (row) => `${row * row},${words[(row >> 1) % 4] ?? ''}`);
    const { facts, heldOut } = await open(table, { columns: { split: 'part' } });
    expect([facts.trainCount, facts.testCount, facts.heldOutCount]).toEqual([30, 10, 10]);
    expect(heldOut).toHaveLength(10);
    expect(await refusal(rows('v,split', (row) => `${row * row},${row === 7 ? 'maybe' : 'train'}`)))
      .toContain('table.csv, line 9: expected the split train, val or test, found "maybe"');
  });

  it('keep groups on one side, over all domains', async () => {
    const table = rows('v,patient', (row) => `${row * row},p${row % 10}`);
    const { train, test } = await open(table, { columns: { group: 'patient' } });
    const [trained, tested] = [new Set(cellsOf(train, 'patient')), new Set(cellsOf(test, 'patient'))];
    expect([...tested].filter((patient) => trained.has(patient))).toEqual([]);
    expect([trained.size + tested.size, tested.size > 0]).toEqual([10, true]);
    // Every patient is in both domains, and is one group.
    expect(new Set(train.groups)).toHaveLength(trained.size);
    const cut = await refusal(rows('v,patient,split', (row) => `${row * row},p${row % 10},${row < 10 ? 'test' : 'train'}`), {
      columns: { group: 'patient' },
    });
    expect(cut).toContain('table.csv, line 12: expected all examples of the group p0 in one split, found test in');
  });

  it('of identifiers that repeat are named', async () => {
    const source = await open(rows('v,patient', (row) => `${row * row},p${row % 10}`));
    expect(warnings(source).some((text) => text.includes('--group-column patient keeps them on one side'))).toBe(true);
    expect(warnings(await open(rows('v,patient', (row) => `${row * row},p${row % 10}`), { columns: { group: 'patient' } }))).toEqual([]);
  });

  it('may name labels that only the target has', async () => {
    const table = rows('v', (row) => String(row * row)).replaceAll('south,y', 'south,z');
    const { facts, test } = await open(table);
    expect(facts.classes).toEqual(['x', 'y']);
    expect(facts.domains.at(-1)).toMatchObject({ name: 'south', otherLabels: [{ name: 'z', count: 5 }] });
    expect(test.count).toBe(20);
  });
});

describe('files of a table', () => {
  const TABLE = rows('v', (row) => String(row * row));

  it('are text of any delimiter, gzipped, in UTF-16, or several of one header', async () => {
    const { facts: { fingerprint } } = await open(TABLE);
    const lines = TABLE.split('\n');
    const part = (first: number, end: number): string => [lines[0], ...lines.slice(first, end)].join('\n');
    const alike: Files[] = [
      { 'table.tsv': TABLE.replaceAll(',', '\t') }, { 'table.csv': `\ufeff${TABLE.replaceAll(',', ';').replaceAll('\n', '\r\n')}` },
      { 'table.csv.gz': gzipSync(TABLE) }, { 'table.txt': Buffer.from(`\ufeff${TABLE}`, 'utf16le') },
      { 'a.csv': part(1, 15), 'b.csv': part(15, 41), 'README.txt': 'About.' },
    ];
    for (const files of alike) expect((await open(files)).facts.fingerprint, Object.keys(files).join()).toBe(fingerprint);
    expect(await refusal({ 'a.csv': TABLE, 'b.csv': TABLE.replace(',v', ',w') })).toMatch(/b\.csv: expected the columns of .*a\.csv/);
    expect(await refusal({ 'table.csv': TABLE, 'table.tsv': TABLE }))
      .toContain('expected one file named table, found table.csv, table.tsv');
    expect(await refusal({ 'notes.doc': 'x' })).toContain('expected table.csv (or .tsv');
  });

  it('may be Parquet', async () => {
    const folder = await makeFolder();
    const fixtures = fileURLToPath(new URL('../../../testing/fixtures/parquet/', import.meta.url));
    await copyFile(join(fixtures, 'snappy.parquet'), join(folder, 'table.parquet'));
    const asked = { columns: { label: 'boolean', domain: 'category', ignored: ['int64'] }, domains: { target: 'site3' } };
    const source = await openData(configOf(folder, asked), 1);
    expect(source.facts.classes).toEqual(['false', 'true']);
    expect(source.facts.domains.map(({ name }) => name)).toEqual(['site0', 'site1', 'site2', 'site4', 'site3']);
    expect(described(source)).toContain('int32: number, 6 missing');
  });

  it('have each a domain of its own, if the settings say so', async () => {
    const without = TABLE.replaceAll(/^(domain|north|south),/gm, '');
    const files = [{ file: 'a.csv', domain: 'north', split: null }, { file: 'b.csv', domain: 'south', split: null }];
    const { facts } = await open({ 'a.csv': without, 'b.csv': without }, { table: { files, domainColumn: null } });
    expect(facts.domains.map(({ name, testCount }) => [name, testCount])).toEqual([['north', 20], ['south', 20]]);
  });
});

describe('vectors beside a table', () => {
  const TABLE = rows('age,sex', (row) => `${row * 1.5},${row % 3 === 0 ? 'f' : 'm'}`);
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, index) => index / 4);

  it('are the inputs, and all columns are attributes', async () => {
    const source = await open({ 'table.csv': TABLE, 'features.npy': npyBytes([40, 3], numbers(120)) });
    expect(source.facts.shape).toEqual({ height: 1, width: 1, channels: 3 });
    const { inputs, rows: places } = source.train;
    const ages = cellsOf(source.train, 'age') as number[];
    // Row 4 is of age 6, and its vector begins with 12 / 4.
    expect([...inputs.gather(places)].filter((_, index) => index % 3 === 0)).toEqual(ages.map((age) => age / 1.5 * 3 / 4));
    expect(new Set(cellsOf(source.train, 'sex'))).toEqual(new Set(['f', 'm']));
    expect(source.notes.some(({ text }) => /vectors of 3 numbers are the inputs; no column of .*table\.csv is one/.test(text))).toBe(true);
  });

  it('can be named, and have one for each row', async () => {
    const files = { 'table.csv': TABLE, 'embedding.npy': npyBytes([40, 5], numbers(200)) };
    expect((await open(files, { vectors: 'embedding.npy' })).facts.shape.channels).toBe(5);
    expect((await open(files)).facts.shape.channels).toBe(3);
    const unread = (await open({ ...files, 'rows.pt': 'PK' })).notes.map(({ text }) => text).filter((text) => text.includes('is not read'));
    expect(unread).toEqual([
      expect.stringMatching(/embedding\.npy is not read: --vectors embedding\.npy makes it the inputs$/),
      expect.stringMatching(/rows\.pt is not read: if it has a vector for each row, numpy\.save\("features\.npy", array\) makes/),
    ]);
    expect(await refusal(files, { vectors: 'other.npy' })).toContain('expected a file named other.npy, found none');
    const short = await refusal({ 'table.csv': TABLE, 'features.npy': npyBytes([39, 3], numbers(117)) });
    expect(short).toMatch(/features\.npy: expected a vector for each of the 40 rows of .*table\.csv, found 39 vectors$/);
  });

  it('may stand beside a table of labels and domains alone', async () => {
    const table = TABLE.split('\n').map((line) => line.split(',').slice(0, 2).join(',')).join('\n');
    const files = { 'table.csv': table, 'features.npy': npyBytes([40, 3], numbers(120)) };
    expect((await open(files)).facts.shape.channels).toBe(3);
  });
});

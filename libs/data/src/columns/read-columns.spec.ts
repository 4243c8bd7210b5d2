import { READING, type ReadingConfig } from '@lethe/config';
import { rawColumn, rawTable } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { MISSING, type Attribute } from '../model/attributes.js';
import { IN_NUMBERS } from '../model/column.js';
import { readColumns, type ColumnRoles, type ReadColumns } from './read-columns.js';

const ROLES: ColumnRoles = {
  label: 'label', domain: null, group: null, skipped: [], others: 'features', kinds: {}, classes: null, categories: {},
};
const COUNT = 40;
/** As runs of versions 1 and 2 of the configuration read their data. */
const EARLIER_READING = { rules: 1, labelsAsIs: true } as const;

interface Change extends Partial<Omit<ReadingConfig, 'columns'>> { readonly columns?: Partial<ReadingConfig['columns']> }

function reading({ columns, ...change }: Change = {}): ReadingConfig {
  return { ...READING, ...change, columns: { ...READING.columns, ...columns } };
}

interface Asked { readonly reading?: Change | undefined; readonly roles?: Partial<ColumnRoles> }

function read(header: string, rows: readonly string[], asked: Asked = {}): ReadColumns {
  return readColumns(rawTable(header, rows), reading(asked.reading), { ...ROLES, ...asked.roles });
}

/** A table with a column of numbers, a label, and the column `v` that is asked about. */
function readOne(cells: (row: number) => string, asked: Asked = {}, count = COUNT): ReadColumns & { v: Attribute | undefined } {
  const rows = Array.from({ length: count }, (_, row) => `${row * 1.5},${['x', 'y'][row % 2] ?? ''}`);
  const table = rawTable('w,label', rows);
  const columns = [...table.columns, rawColumn('v', rows.map((_, row) => cells(row)))];
  const found = readColumns({ ...table, columns }, reading(asked.reading), { ...ROLES, ...asked.roles });
  return { ...found, v: found.others.find(({ name }) => name === 'v') };
}

/** Numbers, but for a cell in line 7. */
const withCell = (cell: string) => (row: number): string => (row === 5 ? cell : (row * 1.37).toFixed(2));
const textOf = ({ notes }: ReadColumns): string => notes.map(({ kind, text }) => `${kind}: ${text}`).join('\n');
const described = ({ descriptions }: ReadColumns, name = 'v'): string | undefined =>
  descriptions.find((column) => column.name === name)?.description;

describe('a column of numbers', () => {
  it.each(['null', 'nan', 'None', 'N/A', '-', '', '?'])('keeps one value missing where a cell is %j', (word) => {
    const found = readOne(withCell(word));
    expect(found.v?.kind).toBe('number');
    expect([...found.v?.values ?? []].map((value, row) => (Number.isNaN(value) ? row : -1)).filter((row) => row >= 0)).toEqual([5]);
    expect(described(found)).toBe(word === '' ? 'number, 1 missing' : `number, 1 missing (${word} 1)`);
    expect(found.notes).toEqual([]);
  });

  it.each(['1e308', '1e400', '-1e39', 'inf', '-Infinity'])('refuses %s with its line and column', (cell) => {
    expect(() => readOne(withCell(cell))).toThrow(`table.csv, line 7: expected a number in v that float32 can hold, found ${cell}`);
  });

  it('refuses impossible numbers by the earlier rules too', () => {
    expect(() => readOne(withCell('1e308'), { reading: EARLIER_READING })).toThrow('line 7: expected a number in v that float32 can hold');
  });

  it('refuses a number beside which the others are nothing', () => {
    expect(() => readOne(withCell('1e30'))).toThrow(/table\.csv, line 7: expected a number in v like the others .*, found 1e30/);
    expect(() => readOne((row) => (row === 5 ? '1e30' : '0'))).toThrow('like the others (a half of them are 0), found 1e30');
    expect(readOne((row) => (row === 5 ? '1e18' : '0')).v?.kind).toBe('number');
    expect(readOne((row) => String(10 ** -(row % 18))).v?.kind).toBe('number');
  });

  it('may be kept as numbers, with words for the rest', () => {
    const codes = Uint32Array.from({ length: COUNT }, (_, row) => (row === 5 ? 0 : IN_NUMBERS));
    const column = { name: 'v', count: COUNT, words: ['null'], codes, numbers: Float64Array.from(codes, (_, row) => row / 8) };
    const table = rawTable('label', Array.from({ length: COUNT }, (_, row) => ['x', 'y'][row % 2] ?? ''));
    const found = readColumns({ ...table, columns: [...table.columns, column] }, READING, ROLES);
    expect([...found.others[0]?.values.slice(3, 7) ?? []]).toEqual([0.375, 0.5, Number.NaN, 0.75]);
    const group = readColumns({ ...table, columns: [...table.columns, column] }, READING, { ...ROLES, others: 'attributes', group: 'v' });
    expect([group.group?.categories.length, group.group?.values[5], group.group?.values[6]]).toEqual([39, MISSING, 5]);
    column.numbers[7] = 1e308;
    expect(() => readColumns({ ...table, columns: [...table.columns, column] }, READING, ROLES))
      .toThrow('table.csv, line 9: expected a number in v that float32 can hold, found 1e+308');
  });

  it('stays one if there are few different numbers', () => {
    expect(readOne((row) => String(row % 3)).v?.kind).toBe('number');
  });

  it('refuses a few words among its numbers, and names them with the ways out', () => {
    const refused = (): unknown => readOne((row) => (row === 5 || row === 9 ? 'broken' : withCell('')(row + 100)));
    expect(refused).toThrow('expected numbers in all known cells, found 38 numbers and "broken" (2 times, first in table.csv, line 7): ');
    expect(() => readOne((row) => (row === 5 ? '1,000' : String(row)))).toThrow(': --decimal , or --decimal . --thousands , reads them, ');
    expect(refused).toThrow(/--as-number v .*--as-category v .*--ignore v/);
  });

  it('takes such words for missing values with --as-number, which is said', () => {
    const found = readOne(withCell('broken'), { reading: { columns: { numbers: ['v'] } } });
    expect([found.v?.kind, described(found)]).toEqual(['number', 'number, 1 missing']);
    expect(textOf(found)).toBe('warning: column v: missing, as they are no numbers: "broken" (once, in table.csv, line 7)');
    const asNumber = { reading: { columns: { numbers: ['v'] } } };
    expect(() => readOne((row) => `w${row}`, asNumber)).toThrow('expected numbers, as --as-number says');
  });

  it('makes a category of every value with --as-category', () => {
    const found = readOne(withCell('broken'), { reading: { columns: { categories: ['v'] } } });
    expect([found.v?.kind, described(found)]).toEqual(['category', 'category with 40 values']);
  });

  it('may have no word where a configuration says that it is numeric', () => {
    expect(() => readOne(withCell('old'), { roles: { kinds: { v: 'numeric' } } }))
      .toThrow('table.csv, line 7: expected a number in v, found "old"');
  });

  it('may be written with decimal commas and thousands, by name', () => {
    const comma = (row: number): string => `1.${100 + row},${row % 10}`;
    const found = readOne(comma, { reading: { decimal: ',', thousands: '.' } });
    expect([found.v?.kind, found.v?.values[3]]).toEqual(['number', 1103.3]);
    const unnamed = readOne(comma);
    expect(unnamed.v).toBeUndefined();
    expect(textOf(unnamed)).toContain('its cells look like numbers (1.100,0), which --decimal , --thousands . reads');
  });
});

describe('a column of categories', () => {
  it('has one spelling for 1 and 1.0, in the order of the names', () => {
    const found = readOne((row) => ['1.0', '1', 'b', 'a'][row % 4] ?? '');
    expect(found.v).toMatchObject({ kind: 'category', categories: ['1', 'a', 'b'] });
    expect([...found.v?.values.slice(0, 4) ?? []]).toEqual([0, 0, 2, 1]);
  });

  it('knows what is missing', () => {
    const found = readOne((row) => ['a', 'b', 'null', '?'][row % 4] ?? '');
    expect([...found.v?.values.slice(0, 4) ?? []]).toEqual([0, 1, MISSING, MISSING]);
    expect(described(found)).toBe('category with 2 values, 20 missing (null 10, ? 10)');
  });

  it('warns of few numbers with a word among them', () => {
    const found = readOne((row) => (row === 5 ? 'two' : String(row % 3)));
    expect(found.v).toMatchObject({ kind: 'category', categories: ['0', '1', '2', 'two'] });
    expect(textOf(found)).toContain('column v is read as categories, as some cells are no numbers: "two" (once, in table.csv, line 7)');
  });

  it.each<[string, (row: number) => string, string]>([
    ['identifiers', (row) => `p${row}`, 'nearly all different (40 of 40)'],
    ['dates', (row) => `2020-0${1 + (row % 9)}-11`, 'dates or times (2020-01-11)'],
    ['dates in another form', (row) => `${1 + (row % 3)}.11.2020`, 'dates or times (1.11.2020)'],
    ['dates with times', (row) => `2020-01-0${1 + (row % 9)}T10:00:00Z`, 'dates or times'],
    ['free text', (row) => `the patient number ${Math.floor(row / 1.5)} felt quite well today`, 'free text'],
    ['numbers and words', (row) => (row % 4 === 0 ? 'A/5' : `${row}`), '30 of its 40 cells are numbers and the others are not, such as'],
  ])('is left out if they are %s, with the way to keep them', (_what, cells, reason) => {
    const found = readOne(cells);
    expect(found.v).toBeUndefined();
    expect(textOf(found)).toMatch(/^warning: column v is left out: .*--as-category v keeps it, --ignore v/);
    expect(textOf(found)).toContain(reason);
    expect(readOne(cells, { reading: { columns: { categories: ['v'] } } }).v?.kind).toBe('category');
    expect(readOne(cells, { roles: { others: 'attributes' } }).v?.kind).toBe('category');
  });

  it('or numbers is left out if it says nothing', () => {
    expect(['a', '7.0', 'NA'].map((cell) => described(readOne(() => cell))))
      .toEqual(['left out: all its cells are "a"', 'left out: all its cells are 7', 'left out: all its cells are missing']);
    expect(textOf(readOne(() => 'a'))).toBe('notice: left out, as all cells of the column are alike: v');
    const pixels = Array.from({ length: 784 }, (_, index) => `p${index}`);
    expect(textOf(read(['v,label', ...pixels].join(), ['1,a', '2,b'].map((row) => row + ',0'.repeat(784)))))
      .toBe('notice: left out, as all cells of the column are alike: p0, p1, p2, p3 and 780 more columns');
    expect(readOne(() => '7', { roles: { kinds: { v: 'numeric' } } }).v?.kind).toBe('number');
    expect(readOne((row) => (row < 3 ? 'NA' : '7')).v?.kind).toBe('number');
  });

  it('is warned of if spellings differ in case, spaces or a dot', () => {
    const found = readOne((row) => ['Yes', 'yes', 'Yes', 'no', 'no.'][row % 5] ?? '');
    expect(textOf(found).split('\n')).toEqual([
      'warning: column v: "Yes" (16) and "yes" (8) are read as different; --labels-as-is if they are',
      'warning: column v: "no" (8) and "no." (8) are read as different; --labels-as-is if they are',
    ]);
    expect(readOne((row) => ['Yes', 'yes'][row % 2] ?? '', { reading: { labelsAsIs: true } }).notes).toEqual([]);
  });
});

describe('the earlier rules', () => {
  const earlier = { reading: EARLIER_READING };

  it('read every word but four as it is, and leave nothing out', () => {
    expect(readOne(withCell('null'), earlier).v).toMatchObject({ kind: 'category' });
    expect(readOne(withCell('NA'), earlier).v?.kind).toBe('number');
    expect(readOne((row) => `p${row}`, earlier).v).toMatchObject({ kind: 'category' });
    expect(readOne(() => '3', earlier).v?.kind).toBe('number');
    expect(readOne((row) => ['Yes', 'yes'][row % 2] ?? '', earlier).notes).toEqual([]);
    expect(read(',label', ['1,a', '2,b'], earlier).others.map(({ name }) => name)).toEqual(['']);
  });
});

describe('a table', () => {
  const rows = Array.from({ length: 12 }, (_, row) => `${row},${row * row},${['x', 'y'][row % 2] ?? ''}`);

  it('has no input without a name', () => {
    const found = read(',v,label', rows);
    expect(found.others.map(({ name }) => name)).toEqual(['v']);
    expect(textOf(found)).toBe('warning: column 1 has no name and counts the rows: it is left out; a name in the first line keeps it');
    expect(read('Unnamed: 0,v,label', rows).others).toHaveLength(1);
    const withEmpty = rows.map((row) => `${row.split(',').slice(1).join()},`);
    expect(textOf(read('v,label,', withEmpty))).toContain('notice: column 3 has no name and no cells');
  });

  it('is warned of numbers that are identifiers by their name', () => {
    const found = read('PatientId,v,label', rows.map((row, index) => `${1000 + ((index * 5) % 12)},${row.split(',').slice(1).join()}`));
    expect(found.others).toHaveLength(2);
    expect(textOf(found)).toContain('column PatientId has another whole number in every row, like an identifier, and is an input');
  });

  it.each([
    ['identifiers', (row: number) => `1${String(row).padStart(17, '0')}`, 'has whole numbers of more than 15 digits, like identifiers'],
    ['dates', (row: number) => `202401${String(row + 10)}`, "has numbers like dates (20240110), and is an input: --ignore 'the code'"],
    ['codes', (row: number) => `0${row % 7}1`, "has numbers like codes (001), and is an input: --as-category 'the code' makes every value"],
  ])('is warned of numbers that are %s', (_, cellOf, warning) => {
    const cells = rows.map((row, index) => `${cellOf(index)},${row.split(',').slice(1).join()}`);
    expect(textOf(read('the code,v,label', cells))).toContain(`warning: column the code ${warning}`);
    expect(textOf(read('the code,v,label', cells, { reading: { columns: { numbers: ['the code'] } } }))).toBe('');
  });

  it('is warned of a column that counts its rows', () => {
    const found = read('row,v,label', rows);
    expect(found.others).toHaveLength(2);
    expect(textOf(found)).toBe('warning: column row counts the rows, and is an input: --ignore row leaves it out');
  });

  it('has every column once', () => {
    expect(() => read('age,sex,label,x,age', ['1,a,b,2,3'])).toThrow('table.csv: expected every column once, found age as columns 1 and 5');
    const found = read('v,age,label,age', rows.map((row) => `${row},1`), { reading: { columns: { ignored: ['age'] } } });
    expect(found.descriptions.map(({ description }) => description)).toContain('ignored');
  });

  it('has the columns that settings name', () => {
    expect(() => read('v,label', ['1,a'], { reading: { columns: { ignored: ['w'] } } }))
      .toThrow('table.csv: expected a column w in the first line, found v, label');
    expect(() => read('v', ['1'])).toThrow('expected a column label in the first line, found v');
  });

  it('has a column to learn from', () => {
    expect(() => read('id,label', rows.map((_, row) => `p${row},${row % 2}`)))
      .toThrow('table.csv: expected a column to learn from beside label, domain, split and group, found none: id (left out: its cells are');
  });

  it('has a label, a domain and a group, which are names whatever they look like', () => {
    const cells = rows.map((_, index) => `0${index % 2},${index % 4},${index * index},${index % 3}.0`);
    const found = read('site,patient,v,label', cells, { roles: { domain: 'site', group: 'patient' } });
    expect(found.label?.categories).toEqual(['0', '1', '2']);
    expect(found.domain?.categories).toEqual(['00', '01']);
    expect(found.group?.categories).toEqual(['0', '1', '2', '3']);
    expect(found.others).toHaveLength(1);
    expect(described(found, 'label')).toBe('label with 3 values');
  });

  it('may have 300 domains', () => {
    const found = read('domain,label,v', Array.from({ length: 600 }, (_, row) => `site${row % 300},${row % 2},${row * 0.5}`), {
      roles: { domain: 'domain' },
    });
    expect(found.domain?.categories).toHaveLength(300);
    expect(found.domain?.categories[found.domain.values[299] ?? 0]).toBe('site299');
  });
});

describe('a label', () => {
  const labelled = (labelOf: (row: number) => string, asked: Asked = {}, count = 200): ReadColumns =>
    read('v,label', Array.from({ length: count }, (_, row) => `${row * 1.5},${labelOf(row)}`), asked);

  it('of continuous numbers is refused with what to do', () => {
    const continuous = (row: number): string => (row * 0.37).toFixed(2);
    expect(() => labelled(continuous)).toThrow(/label: expected classes, found 200 different numbers among 200 examples/);
    expect(() => labelled(continuous)).toThrow(/ranges of label.*--label-column.*--as-category label/);
    expect(() => labelled((row) => String(row * 3))).toThrow('200 different numbers');
    expect(labelled((row) => String(row % 30)).label?.categories).toHaveLength(30);
    expect(labelled(continuous, { reading: { columns: { categories: ['label'] } } }).label?.categories).toHaveLength(200);
    expect(labelled(continuous, { reading: EARLIER_READING }).label?.categories).toHaveLength(200);
  });

  it('may mean a class of the settings, or is refused', () => {
    const classes = { poor: ['<=50K', '<=50K.'], rich: ['>50K', '>50K.'] };
    const found = labelled((row) => ['<=50K', '>50K', '<=50K.', '>50K.'][row % 4] ?? '', { roles: { classes } });
    expect(found.label?.categories).toEqual(['poor', 'rich']);
    expect([...found.label?.values.slice(0, 4) ?? []]).toEqual([0, 1, 0, 1]);
    expect(found.notes).toEqual([]);
    expect(() => labelled((row) => (row === 2 ? 'x' : '<=50K'), { roles: { classes } }))
      .toThrow('table.csv, line 4: expected label to be <=50K, <=50K., >50K, >50K., found "x"');
  });

  it('is warned of in two spellings, and where a word of it is read as not known', () => {
    expect(textOf(labelled((row) => ['>50K', '>50K.', '<=50K'][row % 3] ?? '')))
      .toBe('warning: label: ">50K" (67) and ">50K." (67) are read as different; --labels-as-is if they are');
    expect(textOf(labelled((row) => ['None', 'mild'][row % 2] ?? '')))
      .toContain('label: read as not known: "None" (100 times, first in table.csv, line 2)');
  });

  it('of a list of images stays as it is written', () => {
    const asList = { roles: { others: 'attributes' } } as const;
    expect(labelled((row) => ['01', '1'][row % 2] ?? '', asList).label?.categories).toEqual(['01', '1']);
    const early = labelled((row) => ['NA', 'a', ''][row % 3] ?? '', { ...asList, reading: EARLIER_READING });
    expect(early.label?.categories).toEqual(['NA', 'a']);
  });
});

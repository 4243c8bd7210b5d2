import { describe, expect, it } from 'vitest';
import { MISSING, type Attribute } from '../model/attributes.js';
import { associations, decidingNotes } from './associations.js';
import { repeatedIdentifiers } from './repeated-identifiers.js';

const COUNT = 2000;
/** Numbers that look like chance, and are always the same. */
const noise = (row: number, salt: number): number => Math.imul(Math.imul(row + 1, 2654435761) ^ (salt * 40503), 2246822519) >>> 8;

function category(name: string, valueOf: (row: number) => number, count = COUNT): Attribute {
  const values = Uint32Array.from({ length: count }, (_, row) => valueOf(row));
  const most = values.reduce((largest, value) => (value === MISSING ? largest : Math.max(largest, value)), 0);
  return { kind: 'category', name, categories: Array.from({ length: most + 1 }, (_, index) => `v${index}`), values };
}

function numbers(name: string, valueOf: (row: number) => number, count = COUNT): Attribute {
  return { kind: 'number', name, values: Float64Array.from({ length: count }, (_, row) => valueOf(row)) };
}

const label = category('label', (row) => (row < COUNT / 2 ? 0 : 1));

async function share(from: Attribute, of: Attribute = label): Promise<number> {
  return (await associations([from], [of]))[0]?.share ?? Number.NaN;
}

describe('associations', () => {
  it('are 1 where one attribute decides another, and 0 where it says nothing', async () => {
    expect(await share(numbers('row', (row) => row))).toBeCloseTo(1);
    expect(await share(category('same', (row) => (row < COUNT / 2 ? 3 : 1)))).toBeCloseTo(1);
    expect(await share(numbers('noise', (row) => noise(row, 1)))).toBeLessThan(0.02);
    expect(await share(category('noise', (row) => noise(row, 1) % 100))).toBeLessThan(0.03);
    expect(await share(category('constant', () => 0))).toBe(0);
    expect(await share(label, category('constant', () => 0))).toBe(0);
  });

  it('lie between where it says something', async () => {
    const half = await share(category('half', (row) => (noise(row, 2) % 2 === 0 ? Number(row < COUNT / 2) : noise(row, 3) % 2)));
    expect([half > 0.1, half < 0.3]).toEqual([true, true]);
  });

  it('see nothing in identifiers, which tell everything by chance', async () => {
    expect(await share(category('id', (row) => row))).toBeLessThan(0.05);
    expect(await share(category('pair', (row) => noise(row, 4) % 1500))).toBeLessThan(0.1);
  });

  it('see what a missing value says', async () => {
    expect(await share(category('known', (row) => (row < COUNT / 2 ? MISSING : 0)))).toBeCloseTo(1);
    expect(await share(numbers('known', (row) => (row < COUNT / 2 ? Number.NaN : noise(row, 5))))).toBeCloseTo(1);
  });

  it('go one way: the finer attribute decides the coarser', async () => {
    const fine = category('fine', (row) => Math.floor(row / 250));
    const found = await associations([label, fine]);
    expect(found.map(({ from, of }) => `${from} ${of}`)).toEqual(['label fine', 'fine label']);
    expect([found[1]?.share, (found[0]?.share ?? 1) < 0.5]).toEqual([expect.closeTo(1), true]);
    expect(decidingNotes(found, COUNT, ['fine'])).toEqual([
      { kind: 'warning', text: 'fine decides label: whoever sees fine knows label; --ignore fine leaves it out of the inputs' },
    ]);
    expect(decidingNotes(found, COUNT, [])[0]?.text).toBe('fine decides label: whoever sees fine knows label');
    expect(decidingNotes(found, 10, [])).toEqual([]);
  });

  it('are counted on some of a million rows', async () => {
    const count = 1_000_000;
    const many = category('many', (row) => noise(row, 6) % 10_000, count);
    const few = category('few', (row) => noise(row, 7) % 2, count);
    expect((await associations([many, few])).every(({ share: told }) => told < 0.05)).toBe(true);
  });
});

describe('identifiers that come again', () => {
  const text = (attribute: Attribute): string | undefined => repeatedIdentifiers([attribute])[0]?.text;

  it('are named with the flag that keeps them together', () => {
    expect(text(category('patient_id', (row) => Math.floor(row / 4)))).toBe('column patient_id has 500 values in 2,000 rows: '
      + 'if rows of one patient_id belong together, --group-column patient_id keeps them on one side of every split');
    expect(text(numbers('subjectId', (row) => Math.floor(row / 10)))).toContain('--group-column subjectId');
  });

  it('are none if nothing comes again, everything often, or the name says otherwise', () => {
    expect(text(category('patient', (row) => row))).toBeUndefined();
    expect(text(category('patient', (row) => row % 10))).toBeUndefined();
    expect(text(category('patient', (row) => Math.floor(row / 1000)))).toBeUndefined();
    expect(text(category('colour', (row) => Math.floor(row / 4)))).toBeUndefined();
    expect(text(category('humidity', (row) => Math.floor(row / 4)))).toBeUndefined();
    expect(text(numbers('id', (row) => Math.floor(row / 4) + 0.5))).toBeUndefined();
  });
});

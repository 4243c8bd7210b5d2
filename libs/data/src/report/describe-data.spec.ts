import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { arrayReader } from '../inputs/input-readers.js';
import { categoryAttribute, type Attribute } from '../model/attributes.js';
import type { Examples, Split } from '../model/examples.js';
import { describeData } from './describe-data.js';
import { openExamplesToDescribe } from './open-to-describe.js';
import { reportLines, shortReportLines } from './report-lines.js';

const PLAN = {
  origin: 'here', seed: 1, chosen: null,
  keeping: { origin: 'here', skipBad: 0, memoryMiB: 64, isShared: false, cacheFolder: tmpdir() },
};
const COUNT = 40;
const rows = <Value>(valueOf: (row: number) => Value): Value[] => Array.from({ length: COUNT }, (_, row) => valueOf(row));

/** Forty patients of two hospitals, 30 of them ill, every fourth for testing. */
function table(changes: Partial<Examples> = {}, ageOf: (row: number) => number = (row) => 20 + row): Examples {
  const features: Attribute[] = [
    { kind: 'number', name: 'age', values: Float64Array.from(rows((row) => (row === 5 ? Number.NaN : ageOf(row)))) },
    categoryAttribute('code', rows((row) => (row % 4 === 1 ? 'h' : 'i'))),
  ];
  return {
    origin: 'table.csv', count: COUNT, inputs: null, features,
    attributes: [
      categoryAttribute('ill', rows((row) => (row % 4 === 1 ? 'no' : 'yes'))),
      categoryAttribute('site', rows((row) => (row < 20 ? 'north' : 'south'))),
    ],
    label: 'ill', domain: 'site', splits: rows((row): Split => (row % 4 === 0 || row % 20 === 1 ? 'test' : 'train')), testShare: 0.5,
    weights: null, groups: null, where: (row) => `table.csv, line ${row + 2}`,
    columns: [
      { name: 'age', description: 'number, 1 missing' }, { name: 'code', description: 'category with 2 values' },
      { name: 'ill', description: 'label with 2 values' }, { name: 'site', description: 'domain with 2 values' },
    ],
    notes: [{ kind: 'notice', text: 'as it is' }, { kind: 'warning', text: 'look here' }],
    ...changes,
  };
}

const report = async (examples: Examples) => describeData((await openExamplesToDescribe(examples, PLAN)).data);

describe('the report of a table', () => {
  it('counts classes and domains, and says what is in each column', async () => {
    expect(reportLines(await report(table()))).toEqual([
      'warning: look here',
      'warning: age decides site: whoever sees age knows site; --ignore age leaves it out of the inputs',
      'warning: code decides ill: whoever sees code knows ill; --ignore code leaves it out of the inputs',
      'note: as it is',
      'examples: 40, 28 to train, 12 to test',
      'inputs: 4 numbers each, in memory, 0.0 MiB (at most 512 MiB in a process: --data-memory-mib)',
      'columns:',
      '  age   number, 1 missing: mean 39.87, 20 to 59',
      '  code  category with 2 values: i 75.0 %, h 25.0 %',
      '  ill   label with 2 values: yes 75.0 %, no 25.0 %',
      '  site  domain with 2 values: north 50.0 %, south 50.0 %',
      'classes (train, test):',
      '  no    8  28.6 %   2  16.7 %',
      '  yes  20  71.4 %  10  83.3 %',
      'domains:',
      '  north  14 to train  6 to test  no 25.0 %, yes 75.0 %',
      '  south  14 to train  6 to test  no 25.0 %, yes 75.0 %',
      'what one column alone tells of another (40 rows counted):',
      '  ill   tells  100.0 %  of code',
      '  age   tells  100.0 %  of site',
      '  code  tells  100.0 %  of ill',
      '  site  tells   23.4 %  of age',
      'no test example has the inputs of a training example',
    ]);
  });

  it('is short at the beginning of a run', async () => {
    const lines = shortReportLines(await report(table()));
    expect(lines).toContain('classes: no 10, yes 30');
    expect(lines.at(-1)).toContain('code decides ill');
  });

  it('names test examples that are training examples, with their places, and labels that contradict each other', async () => {
    const { duplicates, findings } = await report(table({}, (row) => (row === 8 || row === 16 ? 23 : row === 1 ? 25 : 20 + row)));
    expect(duplicates).toEqual({
      tests: 2, testsOtherwiseLabelled: 0, otherwiseLabelled: 0,
      first: [8, 16].map((row) => ({ test: `table.csv, line ${row + 2}`, train: 'table.csv, line 5' })),
    });
    expect(findings[0]).toBe('2 of 12 test examples (16.7 %) have the very inputs of a training example: what is measured on them '
      + 'is too good (table.csv, line 10 is table.csv, line 5; table.csv, line 18 is table.csv, line 5)');
    const other = await report(table({ features: [categoryAttribute('age', rows((row) => (row < 4 ? 'a' : `b${row % 3}`)))] }));
    expect(other.duplicates.otherwiseLabelled).toBeGreaterThan(0);
    expect(other.findings.join('\n')).toContain('the same inputs have different labels: ');
  });
});

describe('the report of data that no run could use', () => {
  const opened = (changes: Partial<Examples>) => openExamplesToDescribe(table(changes), PLAN);

  it('is made nevertheless, with what a run would be refused for', async () => {
    const rare = categoryAttribute('ill', rows((row) => (row === 3 ? 'rare' : 'yes')));
    const { data, problems } = await opened({ attributes: [rare], splits: null });
    expect(problems).toEqual([
      'table.csv: expected at least 2 examples labelled "rare" (one for testing) or a split column, found 1; '
      + '--min-per-class 2 leaves such classes out',
    ]);
    expect((await describeData(data)).classes).toEqual([
      { name: 'rare', train: 1, heldOut: 0, test: 0 }, { name: 'yes', train: 39, heldOut: 0, test: 0 },
    ]);
  });

  it('names a row without a label, unless there are domains', async () => {
    const attributes = [categoryAttribute('ill', rows((row) => (row === 3 ? null : row % 2 === 0 ? 'no' : 'yes')))];
    const { problems } = await opened({ attributes, splits: null, domain: null });
    expect(problems).toEqual([expect.stringMatching(/: expected a label, found an empty cell: label it, or take it out of the list$/)]);
  });

  it('has no classes where there are no labels, and names a single one', async () => {
    const { data, problems } = await opened({ attributes: [], label: null, domain: null });
    expect([(await describeData(data)).classes, problems]).toEqual([[{ name: 'without a label', train: 28, heldOut: 0, test: 12 }], []]);
    const single = await opened({ attributes: [categoryAttribute('ill', rows(() => 'yes'))] });
    expect(single.problems).toEqual(['here: expected at least 2 classes, found 1 ("yes")']);
  });
});

describe('the report of images', () => {
  const images = async (pixelOf: (image: number, pixel: number) => number, values: Partial<Examples> = {}) => {
    const shape = { height: 4, width: 4, channels: 1 };
    const inputs = arrayReader(Uint8Array.from({ length: COUNT * 16 }, (_, index) => pixelOf(index >> 4, index & 15)), shape);
    return report(table({ inputs, features: [], columns: [], ...values }));
  };

  it('warns if there is nothing to see in them', async () => {
    expect((await images(() => 0)).findings[0]).toBe('all 40 images are the same, of one colour: there is nothing to see in them; '
      + 'if they are drawings on transparent paper, --background gives it another colour');
    expect((await images((image) => image)).findings[0]).toContain('all 40 images are of one colour each');
    expect((await images((image, pixel) => (image < 2 ? image : image + pixel))).findings[0])
      .toBe('2 of 40 images are of one colour: there is nothing to see in them');
    expect((await images((image, pixel) => image + pixel)).findings).toEqual([]);
  });

  it('names their size, and attributes that no table lists', async () => {
    const lines = reportLines(await images((image, pixel) => image + pixel));
    expect(lines.find((line) => line.startsWith('inputs'))).toMatch(/^inputs: 4 x 4 x 1, in memory, 0\.0 MiB \(/);
    expect(lines).toContain('  ill   yes 75.0 %, no 25.0 %');
  });
});

it('many classes and columns are counted instead of listed', async () => {
  const labels = categoryAttribute('ill', rows((row) => `class ${String(row % 25).padStart(2, '0')}`));
  const columns = Array.from({ length: 130 }, (_, index) => ({ name: `c${index}`, description: 'ignored' }));
  const lines = reportLines(await report(table({ attributes: [labels], domain: null, splits: rows(() => 'train'), columns })));
  expect([lines.includes('  and 5 more'), lines.includes('  and 33 more')]).toEqual([true, true]);
});

import { describe, expect, it } from 'vitest';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Split } from '../model/examples.js';
import { chooseSplits, type SplitRows } from './choose-splits.js';
import type { ExamplesToSplit } from './examples-to-split.js';
import { groupsOf } from './group-draw.js';
import { leaveOutRare } from './rare-classes.js';
import { readSplit, splitOf } from './read-split.js';

function column(name: string, count: number, cellOf: (row: number) => string | null): CategoryAttribute {
  const cells = Array.from({ length: count }, (_, row) => cellOf(row));
  const categories = [...new Set(cells)].filter((cell) => cell !== null);
  const values = Uint32Array.from(cells, (cell) => (cell === null ? MISSING : categories.indexOf(cell)));
  return { kind: 'category', name, categories, values };
}

function examples(count: number, change: Partial<ExamplesToSplit> = {}): ExamplesToSplit {
  return {
    origin: 'labels.csv', splits: null, where: (row) => `labels.csv, line ${row + 2}`,
    rows: Uint32Array.from({ length: count }, (_, row) => row),
    label: column('label', count, (row) => (row % 10 === 9 ? null : ['a', 'b', 'c'][row % 3] ?? '')), domain: null, groups: null, ...change,
  };
}

const OPTIONS = { seed: 1, testShare: 1 / 6 };

describe('splits without groups', () => {
  it('are drawn as they always were', () => {
    expect([...chooseSplits(examples(100), OPTIONS).test]).toEqual([0, 11, 17, 26, 27, 40, 44, 51, 52, 58, 66, 67, 74, 75, 88, 89]);
    expect([...chooseSplits(examples(100), { ...OPTIONS, seed: 7 }).test])
      .toEqual([3, 13, 16, 27, 30, 34, 36, 37, 41, 44, 48, 58, 62, 71, 79, 92]);
    const north = chooseSplits(examples(100, { domain: column('domain', 100, () => 'north') }), { seed: 1, testShare: 0.5 });
    expect([...north.test.subarray(0, 20)]).toEqual([3, 7, 8, 9, 10, 11, 25, 26, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 41, 42]);
    expect([north.train.length, north['held-out'].length, north.test.length]).toEqual([50, 0, 50]);
  });

  it('are drawn for each domain by itself', () => {
    const domain = column('domain', 100, (row) => (row < 50 ? 'north' : 'south'));
    const both = chooseSplits(examples(100, { domain }), OPTIONS);
    const south = chooseSplits(examples(100, { domain, rows: examples(100).rows.subarray(50) }), OPTIONS);
    expect([...both.test].filter((row) => row >= 50)).toEqual([...south.test]);
  });

  it('need two examples of a class, and name the way on', () => {
    const label = column('label', 20, (row) => (row === 3 ? 'rare' : 'often'));
    expect(() => chooseSplits(examples(20, { label }), OPTIONS))
      .toThrow('expected at least 2 examples labelled "rare" (one for testing) or a split column, found 1; --min-per-class 2 leaves');
    const { rows, notes } = leaveOutRare(examples(20, { label }), 2);
    expect(notes).toEqual([{ kind: 'notice', text: '1 example of classes with fewer than 2 left out (--min-per-class): rare (1)' }]);
    expect([rows.length, chooseSplits(examples(20, { label, rows }), OPTIONS).test.length]).toEqual([19, 3]);
    expect(leaveOutRare(examples(20, { label }), 1).rows).toHaveLength(20);
  });

  it('leave out a class where a domain has too few of it', () => {
    const domain = column('domain', 20, (row) => (row < 10 ? 'day' : 'night'));
    const label = column('label', 20, (row) => (row % 10 < 3 && row !== 11 && row !== 12 ? 'x' : 'y'));
    const { rows, notes } = leaveOutRare(examples(20, { label, domain }), 2);
    const text = '1 example of classes with fewer than 2 left out (--min-per-class): x in night (1)';
    expect([rows.length, notes[0]?.text]).toEqual([19, text]);
  });

  it('are the data\'s own where they have some', () => {
    const splits = Array.from({ length: 20 }, (_, row): Split => (['train', 'held-out', 'test'] as const)[row % 3] ?? 'train');
    expect([...chooseSplits(examples(20, { splits }), OPTIONS)['held-out']]).toEqual([1, 4, 7, 10, 13, 16, 19]);
    const onlyTrain = splits.map((): Split => 'train');
    expect(() => chooseSplits(examples(20, { splits: onlyTrain }), OPTIONS))
      .toThrow('labels.csv: expected rows with the split test, found none');
  });
});

describe('splits with groups', () => {
  const COUNT = 1200;
  const patients = column('patient', COUNT, (row) => `p${Math.floor(row / 6) % 170}`);
  const domain = column('domain', COUNT, (row) => (row % 7 < 4 ? 'north' : 'south'));
  const grouped = (): ExamplesToSplit => examples(COUNT, { groups: groupsOf(patients), domain });
  const groupsIn = (rows: Uint32Array): Set<number> => new Set(rows.map((row) => patients.values[row] ?? 0));

  it('cut no group', () => {
    const { train, test } = chooseSplits(grouped(), OPTIONS);
    const testGroups = groupsIn(test);
    expect([...groupsIn(train)].filter((group) => testGroups.has(group))).toEqual([]);
    expect(train.length + test.length).toBe(COUNT);
  });

  it.each([1 / 6, 0.5])('keep the share %d of every class in every domain, about', (testShare) => {
    const split: SplitRows = chooseSplits(grouped(), { seed: 3, testShare });
    const { label } = grouped();
    for (const ofDomain of [0, 1]) {
      for (const ofClass of [0, 1, 2, MISSING]) {
        const isOne = (row: number): boolean => domain.values[row] === ofDomain && label?.values[row] === ofClass;
        const [test, all] = [split.test.filter(isOne).length, grouped().rows.filter(isOne).length];
        expect(Math.abs(test / all - testShare)).toBeLessThan(0.06);
      }
    }
  });

  it('depend on the seed and on nothing else', () => {
    expect(chooseSplits(grouped(), OPTIONS)).toEqual(chooseSplits(grouped(), OPTIONS));
    expect(chooseSplits(grouped(), OPTIONS).test).not.toEqual(chooseSplits(grouped(), { ...OPTIONS, seed: 2 }).test);
  });

  it('take an example whose group is not known for itself', () => {
    const groups = groupsOf(column('patient', 60, () => null));
    expect(new Set(groups.indices).size).toBe(60);
    expect(chooseSplits(examples(60, { groups }), OPTIONS).test.length).toBeGreaterThan(6);
  });

  it('refuse a class or a domain that is one group', () => {
    const label = column('label', 60, (row) => (row < 6 ? 'rare' : ['a', 'b'][row % 2] ?? ''));
    const groups = groupsOf(column('patient', 60, (row) => `p${Math.floor(row / 6)}`));
    expect(() => chooseSplits(examples(60, { label, groups }), OPTIONS))
      .toThrow('examples of the label "rare" in several groups, of which one can be tested, or a split column, found one: p0');
    const site = column('site', 60, (row) => (row < 30 ? 'north' : 'south'));
    expect(() => chooseSplits(examples(60, { domain: site, groups: groupsOf(site) }), OPTIONS))
      .toThrow('expected examples of the domain north in several groups');
  });

  it('refuse the data\'s own where they cut a group, and name it', () => {
    const splits = Array.from({ length: 60 }, (_, row): Split => (row % 5 === 0 ? 'test' : 'train'));
    const groups = groupsOf(column('patient', 60, (row) => `p${Math.floor(row / 6)}`));
    expect(() => chooseSplits(examples(60, { splits, groups }), OPTIONS))
      .toThrow('labels.csv, line 3: expected all examples of the group p0 in one split, found test in labels.csv, line 2 and train here');
    const whole = splits.map((_, row): Split => (Math.floor(row / 6) % 2 === 0 ? 'test' : 'train'));
    expect(chooseSplits(examples(60, { splits: whole, groups }), OPTIONS).test).toHaveLength(30);
  });
});

it('the words for splits are those that people use, in any case', () => {
  expect(['train', 'Training', 'TRAIN'].map(splitOf)).toEqual(['train', 'train', 'train']);
  expect(['val', 'Valid', 'validation', 'dev', 'held-out'].map(splitOf)).toEqual(new Array(5).fill('held-out'));
  expect(['test', 'Testing', 'eval'].map(splitOf)).toEqual(['test', 'test', 'test']);
  expect(() => readSplit('labels.csv, line 3', 'trian')).toThrow('expected the split train, val or test, found "trian"');
});

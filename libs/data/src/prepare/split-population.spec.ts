import { describe, expect, it } from 'vitest';
import { groupsOf } from '../examples/group-draw.js';
import { categoryAttribute } from '../model/attributes.js';
import type { Examples, Split } from '../model/examples.js';
import { commonGroups } from './common-groups.js';
import type { ReadPopulation } from './readable-examples.js';
import { splitPopulations } from './split-population.js';

const COUNT = 120;

interface Made { readonly patientOf: (row: number) => string | null; readonly splits?: Split[] }

function population(name: string, { patientOf, splits }: Made): ReadPopulation {
  const cells = Array.from({ length: COUNT }, (_, row) => row);
  const examples: Examples = {
    columns: [],
    origin: 'table.csv', count: COUNT, inputs: null, features: [], label: 'label', domain: 'domain', splits: splits ?? null, testShare: 0.5,
    attributes: [categoryAttribute('label', cells.map((row) => ['a', 'b'][row % 2] ?? null))],
    weights: null, groups: groupsOf(categoryAttribute('patient', cells.map(patientOf))), notes: [],
    where: (row) => `${name}, line ${row + 2}`,
  };
  return { name, examples, learning: 'labelled', definesClasses: true, drawName: name, rows: Uint32Array.from(cells) };
}

/** Sixty patients, each of whom has been in both places. */
const NORTH = population('north', { patientOf: (row) => `p${row % 60}` });
const SOUTH = population('south', { patientOf: (row) => `p${59 - (row % 60)}` });

describe('splitPopulations', () => {
  it('keeps a group on one side in all populations', () => {
    const split = splitPopulations([NORTH, SOUTH], 1);
    const patients = (part: 'train' | 'test'): Set<string> => new Set(split.flatMap(({ examples, [part]: rows }) =>
      [...rows].map((row) => examples.groups?.nameOf(row) ?? '')));
    const tested = patients('test');
    expect([...patients('train')].filter((patient) => tested.has(patient))).toEqual([]);
    expect(split.map(({ train, test }) => train.length + test.length)).toEqual([COUNT, COUNT]);
    for (const { test } of split) expect(Math.abs(test.length - COUNT / 2)).toBeLessThan(15);
  });

  it('draws each population by itself where there are no groups', () => {
    const ungrouped = (one: ReadPopulation): ReadPopulation => ({ ...one, examples: { ...one.examples, groups: null } });
    const both = splitPopulations([ungrouped(NORTH), ungrouped(SOUTH)], 1);
    expect(both[1]?.test).toEqual(splitPopulations([ungrouped(SOUTH)], 1)[0]?.test);
  });

  it('refuses splits of the data that part a group between populations', () => {
    const firstTested = (tested: number): Split[] => Array.from({ length: COUNT }, (_, row) => (row % 60 < tested ? 'test' : 'train'));
    const north = population('north', { patientOf: (row) => `p${row % 60}`, splits: firstTested(20) });
    const south = population('south', { patientOf: (row) => `p${row % 60}`, splits: firstTested(21) });
    expect(() => splitPopulations([north, south], 1))
      .toThrow('south, line 22: expected all examples of the group p20 in one split, found train in north, line 22 and test here');
    expect(() => splitPopulations([north, NORTH], 1)).toThrow('expected all examples of the group');
  });
});

it('groups of one name are one group, and examples without one are for themselves', () => {
  const other = population('south', { patientOf: (row) => (row === 0 ? null : `p${row % 60}`) });
  const groups = commonGroups([NORTH, other]);
  expect([groups?.indices[1], groups?.nameOf(1)]).toEqual([groups?.indices[COUNT + 1], 'p1']);
  expect([...groups?.indices ?? []].filter((index) => index === groups?.indices[COUNT])).toHaveLength(1);
});

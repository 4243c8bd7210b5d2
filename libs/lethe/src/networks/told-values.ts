import { oneHot } from '@lethe/data';
import { LetheError } from '@lethe/errors';
import { toldAttributes, type ToldAttribute } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';
import type { ToldInput } from './loaded-networks.js';

/** What a decoder is told of all examples. */
export interface ToldValues {
  /** As folders and messages have it: "7", or "colour=red,digit=7". */
  readonly name: string;
  /** By the names that a batch has for them; the same for all examples. */
  readonly inputs: Readonly<Record<string, ToldInput>>;
}

/** More combinations are asked for one by one. */
const MOST_COMBINATIONS = 100;

/**
 * The values that a decoder can be told, by what was typed: a value of the only attribute that it is told, NAME=VALUE with commas where it
 * is told several; null: every value, or every combination.
 * @throws LetheError CONFIG_INVALID naming the values that there are
 */
export function toldValues(description: RunDescription, typed: string | null): ToldValues[] {
  const told = toldAttributes(description);
  return (typed === null ? combinations(told) : [read(told, typed)]).map((indices) => ({
    name: told.map(({ name, categories }, place) => (
      `${told.length === 1 ? '' : `${name}=`}${categories[indices[place] as number] ?? ''}`
    )).join(),
    inputs: Object.fromEntries(told.map((one, place) => [one.input, oneHotRows([indices[place] as number], one)])),
  }));
}

/** A row for each example, which says of which category it is. */
export function oneHotRows(indices: readonly number[], { categories: { length } }: ToldAttribute): ToldInput {
  return { rows: oneHot(indices, length), length };
}

/**
 * Values of some attributes, by what was typed: NAME=VALUE with commas, a value by its name or its number.
 * @param where the flag, for messages
 * @returns the number of the value of each that was named
 * @throws LetheError CONFIG_INVALID naming the attributes and values that there are
 */
export function namedValues(told: readonly ToldAttribute[], typed: string, where: string): Map<string, number> {
  const expected = `values of ${told.map(({ name }) => name).join(', ')}, as NAME=VALUE with commas`;
  const values = new Map<string, number>();
  for (const part of typed.split(',')) {
    const [name = '', ...value] = part.split('=');
    const attribute = told.find((one) => one.name === name);
    if (value.length === 0 || attribute === undefined || values.has(name)) {
      throw invalid(where, expected, values.has(name) ? `two of ${name}` : part);
    }
    values.set(name, valueIndex(attribute, value.join('='), where));
  }
  return values;
}

/** The number of a value, by its name or its number. @throws LetheError CONFIG_INVALID naming the values that there are */
export function valueIndex(attribute: ToldAttribute, value: string, where: string): number {
  const { categories } = attribute;
  const index = categories.indexOf(value);
  if (index >= 0) return index;
  const number = /^\d{1,6}$/.test(value) ? Number(value) : -1;
  if (number >= 0 && number < categories.length) return number;
  throw invalid(where, `${valuesInWords(attribute)} or its number, from 0`, value);
}

function combinations(told: readonly ToldAttribute[]): number[][] {
  const all = told.reduce<number[][]>(
    (before, { categories }) => before.flatMap((indices) => categories.map((_, index) => [...indices, index])), [[]],
  );
  if (all.length <= MOST_COMBINATIONS) return all;
  throw invalid('--all-labels', `at most ${MOST_COMBINATIONS} values to redraw under (--label says one)`, `${all.length}`);
}

function read(told: readonly ToldAttribute[], typed: string): number[] {
  const [only, another] = told;
  if (only !== undefined && another === undefined) {
    const value = typed.startsWith(`${only.name}=`) && !only.categories.includes(typed) ? typed.slice(only.name.length + 1) : typed;
    return [indexOf(only, value)];
  }
  const expected = `a value of each of ${told.map(({ name }) => name).join(', ')}, as NAME=VALUE with commas`;
  const values = new Map<string, string>();
  for (const part of typed.split(',')) {
    const [name = '', ...value] = part.split('=');
    const isKnown = value.length > 0 && told.some((one) => one.name === name);
    if (!isKnown || values.has(name)) throw invalid('--label', expected, isKnown ? `two of ${name}` : part);
    values.set(name, value.join('='));
  }
  return told.map((one) => {
    const value = values.get(one.name);
    if (value !== undefined) return indexOf(one, value);
    throw invalid('--label', expected, `none of ${one.name}`);
  });
}

function indexOf(attribute: ToldAttribute, value: string): number {
  const index = attribute.categories.indexOf(value);
  if (index >= 0) return index;
  throw invalid('--label', valuesInWords(attribute), value);
}

/** "a value of colour (red, blue)" */
export function valuesInWords({ name, categories }: ToldAttribute): string {
  return `a value of ${name} (${categories.slice(0, 20).join(', ')}${categories.length > 20 ? ', ...' : ''})`;
}

function invalid(where: string, expected: string, found: string): LetheError {
  return new LetheError('CONFIG_INVALID', `${where}: expected ${expected}, found ${found}`);
}

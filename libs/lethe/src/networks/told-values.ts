import { LetheError } from '@lethe/errors';
import { SCORE_CHUNK } from '@lethe/evaluation';
import type { RunDescription } from '@lethe/graphs';

/** What a decoder is told of all examples. */
export interface ToldValues {
  /** As folders and messages have it: "7", or "colour=red,digit=7". */
  readonly name: string;
  /** Inputs of a chunk of examples, one-hot [SCORE_CHUNK, categories]. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
}

/** An attribute that a decoder is told. */
interface Told {
  readonly name: string;
  readonly categories: readonly string[];
  /** The input of a batch that has it. */
  readonly input: string;
}

/** More combinations are asked for one by one. */
const MOST_COMBINATIONS = 100;

/**
 * The values that a decoder can be told, by what was typed: a value of the only attribute that it is told, NAME=VALUE with commas where it
 * is told several; null: every value, or every combination.
 * @throws LetheError CONFIG_INVALID naming the values that there are
 */
export function toldValues({ facts }: RunDescription, typed: string | null): ToldValues[] {
  const told = facts.forgotten.flatMap(({ name, of, categories, isLabel }, place): Told[] => (
    of.length > 1 ? [] : [{ name, categories, input: isLabel ? 'labels' : `forgotten.${place}` }]
  ));
  return (typed === null ? combinations(told) : [read(told, typed)]).map((indices) => ({
    name: told.map(({ name, categories }, place) => (
      `${told.length === 1 ? '' : `${name}=`}${categories[indices[place] as number] ?? ''}`
    )).join(),
    inputs: Object.fromEntries(told.map(({ input, categories }, place) => [input, oneValue(categories.length, indices[place] as number)])),
  }));
}

function oneValue(categories: number, index: number): Float32Array {
  const rows = new Float32Array(SCORE_CHUNK * categories);
  for (let row = 0; row < SCORE_CHUNK; row += 1) rows[row * categories + index] = 1;
  return rows;
}

function combinations(told: readonly Told[]): number[][] {
  const all = told.reduce<number[][]>(
    (before, { categories }) => before.flatMap((indices) => categories.map((_, index) => [...indices, index])), [[]],
  );
  if (all.length <= MOST_COMBINATIONS) return all;
  throw invalid('--all-labels', `at most ${MOST_COMBINATIONS} values to redraw under (--label says one)`, `${all.length}`);
}

function read(told: readonly Told[], typed: string): number[] {
  const [only, another] = told;
  if (only !== undefined && another === undefined) {
    const value = typed.startsWith(`${only.name}=`) && !only.categories.includes(typed) ? typed.slice(only.name.length + 1) : typed;
    return [indexOf(only, value)];
  }
  const values = new Map(typed.split(',').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  return told.map((one) => {
    const value = values.get(one.name);
    if (value !== undefined) return indexOf(one, value);
    throw invalid('--label', `a value of each of ${told.map(({ name }) => name).join(', ')}, as NAME=VALUE with commas`, typed);
  });
}

function indexOf({ name, categories }: Told, value: string): number {
  const index = categories.indexOf(value);
  if (index >= 0) return index;
  const shown = categories.length > 20 ? `${categories.slice(0, 20).join(', ')}, ...` : categories.join(', ');
  throw invalid('--label', `a value of ${name} (${shown})`, value);
}

function invalid(where: string, expected: string, found: string): LetheError {
  return new LetheError('CONFIG_INVALID', `${where}: expected ${expected}, found ${found}`);
}

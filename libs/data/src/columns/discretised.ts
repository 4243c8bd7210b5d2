import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';

/** An attribute as few different values, for counting. */
export interface Discretised {
  /** Of each of the rows, below `count`. */
  readonly codes: Uint16Array;
  readonly count: number;
}

const BINS = 10;
/** More categories share these. */
const MOST_CATEGORIES = 50_000;

/** Numbers become ten ranges with about as many rows each; a missing value is a value of its own. */
export function discretise(attribute: Attribute, rows: Uint32Array): Discretised {
  return attribute.kind === 'number' ? byRanges(attribute, rows) : byCategories(attribute, rows);
}

function byRanges({ values }: NumberAttribute, rows: Uint32Array): Discretised {
  const chosen = Float64Array.from(rows, (row) => values[row] as number);
  const cuts = cutsOf(chosen);
  const codes = Uint16Array.from(chosen, (value) => (Number.isNaN(value) ? cuts.length + 1 : rangeOf(value, cuts)));
  return { codes, count: cuts.length + 2 };
}

/**
 * The least value of each range but the first, of ten ranges with about as many of the numbers each; of few different numbers, each is a
 * range. NaN is passed over.
 */
export function cutsOf(values: Float64Array): number[] {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const [least] = known;
  if (least === undefined) return [];
  if (countUpTo(known, BINS + 1) <= BINS) return [...new Set(known)].slice(1);
  // A range of its own for the least number, if a tenth of all are that one.
  const next = known.find((value) => value > least) as number;
  const quantiles = Array.from({ length: BINS - 1 }, (_, cut) => known[Math.floor(((cut + 1) * known.length) / BINS)] as number);
  return [...new Set(quantiles.map((quantile) => Math.max(quantile, next)))];
}

/** The range that a number is in. @param cuts ascending */
export function rangeOf(value: number, cuts: readonly number[]): number {
  return cuts.reduce((range, cut) => range + (value >= cut ? 1 : 0), 0);
}

/** How many different numbers there are in ascending ones, counted until there are `most`. */
function countUpTo(ascending: Float64Array, most: number): number {
  let count = 1;
  for (let index = 1; index < ascending.length && count < most; index += 1) if (ascending[index] !== ascending[index - 1]) count += 1;
  return count;
}

function byCategories({ categories, values }: CategoryAttribute, rows: Uint32Array): Discretised {
  const count = Math.min(categories.length, MOST_CATEGORIES);
  const codes = Uint16Array.from(rows, (row) => {
    const value = values[row] as number;
    return value === MISSING ? count : scattered(value, categories.length, count);
  });
  return { codes, count: count + 1 };
}

/** The same with fewer values, each of which stands for some that have nothing to do with each other. */
export function folded({ codes, count }: Discretised, most: number): Discretised {
  return count <= most ? { codes, count } : { codes: codes.map((code) => scattered(code, count, most)), count: most };
}

function scattered(value: number, count: number, most: number): number {
  return count <= most ? value : (Math.imul(value, 2_654_435_761) >>> 0) % most;
}

import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';

/** An attribute as few different values, for counting. */
export interface Discretised {
  /** Of each of the rows, below `count`. */
  readonly codes: Uint16Array;
  readonly count: number;
}

const BINS = 10;
/** Rarer categories are one. */
const MOST_CATEGORIES = 1000;

/** Numbers become ten ranges with about as many rows each; a missing value is a value of its own. */
export function discretise(attribute: Attribute, rows: Uint32Array): Discretised {
  return attribute.kind === 'number' ? byRanges(attribute, rows) : byCategories(attribute, rows);
}

function byRanges({ values }: NumberAttribute, rows: Uint32Array): Discretised {
  const chosen = Float64Array.from(rows, (row) => values[row] as number);
  const known = chosen.filter((value) => !Number.isNaN(value)).sort();
  const different = [...new Set(known.length > 0 && countUpTo(known, BINS + 1) <= BINS ? known : [])];
  const quantiles = Array.from({ length: BINS - 1 }, (_, cut) => known[Math.floor(((cut + 1) * known.length) / BINS)] as number);
  const cuts = different.length > 0 ? different.slice(1) : [...new Set(known.length > 0 ? quantiles : [])];
  const codes = Uint16Array.from(chosen, (value) =>
    (Number.isNaN(value) ? cuts.length + 1 : cuts.reduce((bin, cut) => bin + (value >= cut ? 1 : 0), 0)));
  return { codes, count: cuts.length + 2 };
}

/** How many different numbers there are in ascending ones, counted until there are `most`. */
function countUpTo(ascending: Float64Array, most: number): number {
  let count = 1;
  for (let index = 1; index < ascending.length && count < most; index += 1) if (ascending[index] !== ascending[index - 1]) count += 1;
  return count;
}

function byCategories({ categories, values }: CategoryAttribute, rows: Uint32Array): Discretised {
  const counts = new Uint32Array(categories.length);
  for (const row of rows) {
    const value = values[row] as number;
    if (value !== MISSING) counts[value] = (counts[value] as number) + 1;
  }
  const byFrequency = Uint32Array.from(counts.keys()).sort((a, b) => (counts[b] as number) - (counts[a] as number));
  const frequent = byFrequency.subarray(0, MOST_CATEGORIES);
  const [others, missing] = [frequent.length, frequent.length + 1];
  const codeOf = new Uint16Array(categories.length).fill(others);
  for (const [code, category] of frequent.entries()) codeOf[category] = code;
  const codes = Uint16Array.from(rows, (row) => {
    const value = values[row] as number;
    return value === MISSING ? missing : codeOf[value] as number;
  });
  return { codes, count: frequent.length + 2 };
}

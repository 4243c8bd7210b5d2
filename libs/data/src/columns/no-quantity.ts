import type { NumberAttribute } from '../model/attributes.js';
import type { Column } from '../model/column.js';
import { flagValue } from './flag-value.js';
import { areIdentifiers } from './repeated-identifiers.js';

/** Fewer numbers say too little about themselves. */
const FEW = 10;
const LEADING_ZERO = /^0\d+$/;

/** Warnings about numbers that name a row or a day, or are codes: more or less of them means nothing. */
export function whyNoQuantity(column: Column, attribute: NumberAttribute): string[] {
  const { name, values } = attribute;
  const flag = flagValue(name);
  const isLike = (what: string, ways: string): string[] => [`column ${name} ${what}, and is an input: ${ways}`];
  const leaving = `--ignore ${flag} leaves it out`;
  if (countsRows(values)) return isLike('counts the rows', leaving);
  if (areIdentifiers(attribute)) return isLike('has another whole number in every row, like an identifier', leaving);
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length < FEW) return [];
  if (known.every((value) => Number.isInteger(value)) && !known.every((value) => Number.isSafeInteger(value)))
    return isLike('has whole numbers of more than 15 digits, like identifiers, of which a part is lost', leaving);
  if (known.every(isDay)) return isLike(`has numbers like dates (${known[0]})`, leaving);
  const code = column.words.find((word) => LEADING_ZERO.test(word));
  if (code === undefined) return [];
  return isLike(`has numbers like codes (${code})`, `--as-category ${flag} makes every value a category, ${leaving}`);
}

/** Whether numbers are 0, 1, 2, ... or 1, 2, 3, ... */
function countsRows(values: Float64Array): boolean {
  const [first] = values;
  return values.length >= FEW && (first === 0 || first === 1) && values.every((value, row) => value === first + row);
}

/** 20240131. */
function isDay(value: number): boolean {
  const [month, day] = [Math.floor(value / 100) % 100, value % 100];
  return Number.isInteger(value) && value > 18_000_000 && value < 21_000_000 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

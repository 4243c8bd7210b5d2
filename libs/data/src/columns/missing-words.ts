import type { ReadingConfig } from '@lethe/config';
import { IN_NUMBERS, type Column } from '../model/column.js';

export type ReadingRules = ReadingConfig['rules'];

const EARLIER: ReadonlySet<string> = new Set(['', '?', 'NA', 'NaN']);
/** The words that pandas reads as a missing value, and two more that are in use. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
  '', '#N/A', '#N/A N/A', '#NA', '-1.#IND', '-1.#QNAN', '-NaN', '-nan', '1.#IND', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None',
  'n/a', 'nan', 'null', '?', '-',
]);

/** The words of a cell that say that its value is not known. */
export function wordsForMissing(rules: ReadingRules): ReadonlySet<string> {
  return rules === 1 ? EARLIER : MISSING_WORDS;
}

/** Whether a cell says that its value is not known. */
export function isMissing(word: string, rules: ReadingRules): boolean {
  return wordsForMissing(rules).has(word);
}

/** Of each of a column's words, whether it is a missing value. */
export function missingWords({ words }: Column, rules: ReadingRules): boolean[] {
  // Where + is a value, - is the other one.
  const isSign = words.includes('+');
  return words.map((word) => isMissing(word, rules) && !(isSign && word === '-'));
}

/** How often each of a column's words comes. */
export function countWords({ codes, words }: Column): Uint32Array {
  const counts = new Uint32Array(words.length);
  for (const code of codes) if (code !== IN_NUMBERS) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

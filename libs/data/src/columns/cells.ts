import type { ReadingConfig } from '@lethe/config';
import { IN_NUMBERS, type Column } from '../model/column.js';
import { countWords, missingWords } from './missing-words.js';
import { isInfinity, parseNumber } from './numbers.js';

/** A word in cells of a column, how often it comes and in which row first. */
export interface WordCount {
  readonly word: string;
  readonly count: number;
  readonly row: number;
}

/** What the cells of a column are. */
export interface Cells {
  /** Of each word: whether it is a missing value. */
  readonly isMissing: readonly boolean[];
  /** Of each word: its number, perhaps infinite; NaN if it is none. */
  readonly values: Float64Array;
  readonly missing: number;
  readonly known: number;
  /** Known cells that are numbers. */
  readonly numbers: number;
  /** Different ones at most: a number that comes twice may be counted twice. */
  readonly differentNumbers: number;
  /** Known cells that are no numbers, and missing ones that are not empty; the most frequent first. */
  readonly words: readonly WordCount[];
  readonly missingWords: readonly WordCount[];
}

/** Counts the cells of a column. */
export function countCells(column: Column, reading: ReadingConfig): Cells {
  const isMissing = missingWords(column, reading.rules);
  const counts = countWords(column);
  const values = Float64Array.from(column.words, (word, code) => (isMissing[code] === true ? Number.NaN : valueOf(word, reading)));
  const inNumbers = column.count - counts.reduce((sum, count) => sum + count, 0);
  const listed = (isListed: (code: number) => boolean): WordCount[] => column.words
    .map((word, code) => ({ word, count: counts[code] ?? 0, code }))
    .filter(({ code, count }) => count > 0 && isListed(code))
    .sort((a, b) => b.count - a.count)
    .map(({ word, count, code }) => ({ word, count, get row() { return column.codes.indexOf(code); } }));
  const missing = counts.reduce((sum, count, code) => sum + (isMissing[code] === true ? count : 0), 0);
  const words = listed((code) => isMissing[code] === false && Number.isNaN(values[code]));
  const known = column.count - missing;
  return {
    isMissing, values, missing, known, words,
    numbers: known - words.reduce((sum, { count }) => sum + count, 0),
    differentNumbers: inNumbers + values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0),
    missingWords: listed((code) => isMissing[code] === true && column.words[code] !== ''),
  };
}

function valueOf(word: string, reading: ReadingConfig): number {
  if (reading.rules === 2 && isInfinity(word)) return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return parseNumber(word, reading) ?? Number.NaN;
}

/** The number in a row; NaN where there is none. */
export function numberIn({ codes, numbers }: Column, { values }: Cells, row: number): number {
  const code = codes[row] ?? 0;
  return (code === IN_NUMBERS ? numbers?.[row] : values[code]) ?? Number.NaN;
}

/** Words with their counts, the first few of them: "old" (3 times, first in table.csv, line 7), ... */
export function nameWords(words: readonly WordCount[], whereOf: (row: number) => string): string {
  const named = words.slice(0, 5).map(({ word, count, row }) =>
    `${JSON.stringify(word.slice(0, 40))} (${count === 1 ? 'once, in' : `${count} times, first in`} ${whereOf(row)})`);
  return words.length > named.length ? `${named.join(', ')} and ${words.length - named.length} more` : named.join(', ');
}

import type { Cells } from './cells.js';

/** Columns with fewer known cells say too little about themselves. */
const FEW_CELLS = 10;
const NEARLY_ALL = 0.95;
const NEARLY_ALL_DIFFERENT = 0.9;
/** Words and letters of a cell that is a text. */
const TEXT = { words: 4, letters: 20, different: 0.5 };

const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?';
const TIME = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?(?: ?(?:z|utc|[+-]\d{2}:?\d{2}))?`;
const DAY = [
  String.raw`\d{4}([-/.])\d{1,2}\1\d{1,2}`, String.raw`\d{4}-\d{2}`, String.raw`\d{1,2}([-/.])\d{1,2}\2\d{2}(?:\d{2})?`,
  String.raw`\d{1,2}[ .-]{1,2}${MONTH}[ ,-]{1,2}\d{2}(?:\d{2})?`, String.raw`${MONTH} \d{1,2},? \d{4}`,
].join('|');
const DATE = new RegExp(`^(?:(?:${DAY})(?:(?:t|,? +)${TIME})?|${TIME})$`, 'i');

/**
 * Why a column of categories is of no use as an input, each of its cells being a thing of its own; null: it may be.
 * @param categories different ones
 */
export function whyUnusable({ known, numbers, words }: Cells, categories: number): string | null {
  const dates = words.reduce((sum, { word, count }) => sum + (DATE.test(word) ? count : 0), 0);
  if (dates >= NEARLY_ALL * known) return `its cells are dates or times (${words[0]?.word ?? ''})`;
  if (known < FEW_CELLS) return null;
  if (isText(words.map(({ word }) => word)) && categories > TEXT.different * known) return 'its cells are free text';
  if (categories > NEARLY_ALL_DIFFERENT * known) return `its cells are nearly all different (${categories} of ${known}), like names`;
  const share = numbers / known;
  return share >= 0.5 && share < 1 && categories > 20
    ? `${numbers} of its ${known} cells are numbers and the others are not, such as ${JSON.stringify(words[0]?.word)}` : null;
}

function isText(words: readonly string[]): boolean {
  const sum = (size: (word: string) => number): number => words.reduce((total, word) => total + size(word), 0) / Math.max(1, words.length);
  return sum((word) => word.split(/\s+/).length) >= TEXT.words && sum((word) => word.length) >= TEXT.letters;
}

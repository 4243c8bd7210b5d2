import type { ReadingConfig } from '@lethe/config';
import { invalidData } from '../invalid-data.js';
import type { Attribute, CategoryAttribute } from '../model/attributes.js';
import { cellOf, type Column } from '../model/column.js';
import type { ReadingNote } from '../model/examples.js';
import { categoryColumn } from './category-column.js';
import { countCells, nameWords, type Cells } from './cells.js';
import { flagValue } from './flag-value.js';
import { numberColumn, refuseAbsurdNumbers } from './number-column.js';
import { canonicalNumber, otherNumberFormat } from './numbers.js';
import { whyNoQuantity } from './no-quantity.js';
import { spellingNotes } from './spellings.js';
import { whyUnusable } from './unusable-features.js';

/** What the settings of a table say about a column. */
export type SetKind = 'numeric' | 'categorical';

/** A column that is an input, or another property of examples. */
export interface ColumnToRead {
  readonly column: Column;
  readonly role: 'feature' | 'attribute';
  /** Null: as the cells are. Numeric: a cell that is neither a number nor missing is an error. */
  readonly kind: SetKind | null;
  readonly reading: ReadingConfig;
  /** Place of a row, for messages. */
  readonly whereOf: (row: number) => string;
}

/** How a column was read. */
export interface ReadColumn {
  readonly name: string;
  /** Null: it is left out. */
  readonly attribute: Attribute | null;
  readonly description: string;
  readonly notes: readonly ReadingNote[];
  /** It is left out as all its cells are alike, which is told of all such columns together. */
  readonly isConstant?: true;
}

/** A share of cells that are numbers from which on the others are mistakes. */
const NEARLY_ALL = 0.95;
/** Columns of a few different numbers are categories, if there are other words among them. */
const FEW_NUMBERS = 10;

/**
 * Reads a column as numbers or as categories. Columns that say nothing, or a thing of its own for each row, are left out of the inputs.
 * @throws LetheError DATA_INVALID for numbers that cannot be, and for a few words in a column of numbers
 */
export function readColumn(asked: ColumnToRead): ReadColumn {
  const { column, kind, reading: { rules, columns } } = asked;
  const cells = countCells(column, asked.reading);
  const isNumber = columns.numbers.includes(column.name);
  const isCategory = kind === 'categorical' || columns.categories.includes(column.name);
  if (kind === 'numeric' && !isNumber) return asNumbers(asked, refuseWords(asked, cells));
  if (isNumber) return asNumbers(asked, forceNumbers(asked, cells));
  const isNumeric = cells.words.length === 0 && (rules === 1 || cells.values.some(Number.isFinite) || column.numbers !== null);
  if (!isCategory && isNumeric) return asNumbers(asked, cells);
  const attribute = categoryColumn(column, { isMissing: cells.isMissing, spell: (word) => canonicalNumber(word, asked.reading) });
  return isCategory || rules === 1 ? asCategories(asked, cells, attribute) : guessCategories(asked, cells, attribute);
}

/** "3 missing", with the words that say so unless they are empty. */
export function describeMissing({ missing, missingWords }: Pick<Cells, 'missing' | 'missingWords'>): string {
  if (missing === 0) return '';
  const words = missingWords.map(({ word, count }) => `${word} ${count.toLocaleString('en-US')}`);
  return `, ${missing.toLocaleString('en-US')} missing${words.length === 0 ? '' : ` (${words.join(', ')})`}`;
}

function asNumbers(asked: ColumnToRead, cells: Cells): ReadColumn {
  const { column, role, reading, whereOf } = asked;
  const attribute = numberColumn(column, cells, whereOf);
  const read = describeNumbers(asked, cells, attribute);
  if (reading.rules === 1) return read;
  refuseAbsurdNumbers(column, attribute, whereOf);
  const { values: [first], values } = attribute;
  const isAsked = asked.kind !== null || reading.columns.numbers.includes(column.name);
  const isConstant = cells.missing === 0 && values.every((value) => value === first);
  if (role === 'feature' && !isAsked && isConstant) return constant(column, String(first));
  const texts = role === 'feature' && !isAsked ? whyNoQuantity(column, attribute) : [];
  if (cells.words.length > 0) texts.push(`column ${column.name}: missing, as they are no numbers: ${nameWords(cells.words, whereOf)}`);
  return { ...read, notes: texts.map((text) => ({ kind: 'warning', text })) };
}

function describeNumbers({ column }: ColumnToRead, cells: Cells, attribute: Attribute): ReadColumn {
  const missing = { missing: column.count - cells.numbers, missingWords: cells.missingWords };
  return { name: column.name, attribute, description: `number${describeMissing(missing)}`, notes: [] };
}

function asCategories({ column, reading }: ColumnToRead, cells: Cells, attribute: CategoryAttribute): ReadColumn {
  const count = attribute.categories.length;
  const description = `category with ${count.toLocaleString('en-US')} value${count === 1 ? '' : 's'}${describeMissing(cells)}`;
  const notes = reading.labelsAsIs ? [] : spellingNotes(`column ${column.name}`, attribute);
  return { name: column.name, attribute, description, notes };
}

/** Categories that nobody has asked for: unless the cells look as if they were something else. */
function guessCategories(asked: ColumnToRead, cells: Cells, attribute: CategoryAttribute): ReadColumn {
  const { column, role, whereOf } = asked;
  const { name } = column;
  const count = attribute.categories.length;
  const read = asCategories(asked, cells, attribute);
  const flags = otherNumberFormat(column.words.filter((_, code) => cells.isMissing[code] === false));
  if (cells.numbers >= NEARLY_ALL * cells.known && cells.words.length > 0 && cells.numbers > 0) {
    if (cells.differentNumbers <= FEW_NUMBERS) {
      const text = `column ${name} is read as categories, as some cells are no numbers: ${nameWords(cells.words, whereOf)}`;
      return { ...read, notes: [...read.notes, { kind: 'warning', text }] };
    }
    if (role === 'attribute') return leaveOut(column, `it has words among its numbers: ${nameWords(cells.words, whereOf)}`);
    throw wordsAmongNumbers(asked, cells, flags);
  }
  if (flags !== null && cells.known > 0) {
    const example = cells.words[0]?.word ?? '';
    if (count > FEW_NUMBERS) return leaveOut(column, `its cells look like numbers (${example}), which ${flags} reads`);
    const text = `column ${name} is read as categories; its cells look like numbers (${example}), which ${flags} reads`;
    return { ...read, notes: [...read.notes, { kind: 'warning', text }] };
  }
  if (role === 'attribute') return read;
  if (count === 0) return constant(column, 'missing');
  const [only] = attribute.categories;
  if (count === 1 && cells.missing === 0) return constant(column, JSON.stringify(only));
  const reason = whyUnusable(cells, count);
  if (reason === null) return read;
  return leaveOut(column, `${reason}; --as-category ${flagValue(name)} keeps it`);
}

function constant({ name }: Column, cell: string): ReadColumn {
  return { name, attribute: null, description: `left out: all its cells are ${cell}`, notes: [], isConstant: true };
}

function leaveOut({ name }: Column, reason: string): ReadColumn {
  const text = `column ${name} is left out: ${reason}, --ignore ${flagValue(name)} says that it is meant to be left out`;
  return { name, attribute: null, description: `left out: ${reason}`, notes: [{ kind: 'warning', text }] };
}

/** Words are errors where the settings say numbers. */
function refuseWords({ column, whereOf }: ColumnToRead, cells: Cells): Cells {
  if (cells.words.length === 0) return cells;
  const row = column.codes.findIndex((code) => cells.isMissing[code] === false && Number.isNaN(cells.values[code]));
  throw invalidData(whereOf(row), `a number in ${column.name}`, JSON.stringify(cellOf(column, row)));
}

/** Words are missing values where a flag says numbers, unless there are more of them. */
function forceNumbers({ column, whereOf }: ColumnToRead, cells: Cells): Cells {
  if (cells.numbers * 2 >= cells.known) return cells;
  throw invalidData(`column ${column.name}`, 'numbers, as --as-number says', nameWords(cells.words, whereOf));
}

function wordsAmongNumbers({ column: { name }, whereOf }: ColumnToRead, { numbers, words }: Cells, flags: string | null): Error {
  const flag = flagValue(name);
  const ways = `${flags === null ? '' : `${flags} reads them, `}--as-number ${flag} takes them for missing values, `
    + `--as-category ${flag} makes every value a category, --ignore ${flag} leaves the column out`;
  const found = `${numbers.toLocaleString('en-US')} numbers and ${nameWords(words, whereOf)}: ${ways}`;
  return invalidData(`column ${name}`, 'numbers in all known cells', found);
}

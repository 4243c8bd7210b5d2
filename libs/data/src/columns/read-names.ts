import type { ReadingConfig } from '@lethe/config';
import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Column } from '../model/column.js';
import type { ReadingNote } from '../model/examples.js';
import { categoryColumn, nameClasses, type NamedClasses } from './category-column.js';
import { countCells, nameWords, type Cells } from './cells.js';
import { flagValue } from './flag-value.js';
import { canonicalNumber, parseNumber } from './numbers.js';
import { describeMissing } from './read-column.js';
import { spellingNotes } from './spellings.js';

/** A column whose cells are names, whatever they look like: the label, the domain or the group. */
export interface NamesToRead {
  readonly column: Column;
  readonly role: 'label' | 'domain' | 'group';
  /** In a table 1 and 1.0 are one label. In a list of images names stay as they are; by the earlier rules only an empty one is missing. */
  readonly isTable: boolean;
  /** What labels mean; null: themselves. */
  readonly classes: NamedClasses | null;
  readonly reading: ReadingConfig;
  readonly whereOf: (row: number) => string;
}

/** A column of names. */
export interface ReadNames {
  readonly name: string;
  readonly attribute: CategoryAttribute;
  readonly description: string;
  readonly notes: readonly ReadingNote[];
}

/** More different numbers than classes have, unless each comes often. */
const MOST_FRACTIONS = 20;
const FEWEST_OF_A_NUMBER = 5;

/** Reads a label, a domain or a group. @throws LetheError DATA_INVALID for labels that are continuous numbers or no named class */
export function readNames(asked: NamesToRead): ReadNames {
  const { column, role, classes, reading, whereOf } = asked;
  const cells = countCells(column, reading);
  const isTableLabel = asked.isTable && role === 'label';
  const isMissing = reading.rules === 1 && !isTableLabel ? column.words.map((word) => word === '') : cells.isMissing;
  const spell = (word: string): string => (isTableLabel ? canonicalNumber(word, reading) : word);
  const raw = categoryColumn(column, { isMissing, spell });
  if (role === 'label' && classes === null) refuseContinuous(asked, cells, raw);
  const attribute = classes === null ? raw : nameClasses(raw, classes, whereOf);
  const notes = reading.labelsAsIs || role === 'group' || classes !== null ? [] : spellingNotes(nameRole(asked), attribute);
  const missing = attribute.values.reduce((sum, value) => sum + (value === MISSING ? 1 : 0), 0);
  const missingWords = cells.missingWords.filter(({ word }) => isMissing[column.words.indexOf(word)] === true);
  const count = attribute.categories.length.toLocaleString('en-US');
  const description = `${role} with ${count} value${count === '1' ? '' : 's'}${describeMissing({ missing, missingWords })}`;
  return { name: column.name, attribute, description, notes: [...notes, ...missingNotes(asked, missingWords)] };
}

/** Words that are names to some people: None, NA. */
function missingNotes({ column, role, reading, whereOf }: NamesToRead, words: Cells['missingWords']): ReadingNote[] {
  if (reading.rules === 1 || words.length === 0) return [];
  const text = `${nameRole({ column, role })}: read as not known: ${nameWords(words, whereOf)}; another word would be a ${role}`;
  return [{ kind: 'warning', text }];
}

function refuseContinuous(asked: NamesToRead, cells: Cells, { name, categories }: CategoryAttribute): void {
  const { reading } = asked;
  if (reading.rules === 1 || reading.columns.categories.includes(name)) return;
  if (cells.words.length > 0 || categories.length <= MOST_FRACTIONS) return;
  const values = categories.map((category) => parseNumber(category, { decimal: '.', thousands: '' }) ?? Number.NaN);
  const areFractions = values.some((value) => !Number.isInteger(value));
  if (!areFractions && categories.length * FEWEST_OF_A_NUMBER <= cells.known) return;
  const shown = categories.slice(0, 3).join(', ');
  throw invalidData(
    nameRole(asked), 'classes',
    `${categories.length.toLocaleString('en-US')} different numbers among ${cells.known.toLocaleString('en-US')} examples (${shown}, ...): `
    + `write a column of a few classes, such as ranges of ${name}, and name it with --label-column; `
    + `--as-category ${flagValue(name)} makes every number a class`,
  );
}

/** "label" or "label income". */
function nameRole({ column: { name }, role }: Pick<NamesToRead, 'column' | 'role'>): string {
  return name === role ? role : `${role} ${name}`;
}

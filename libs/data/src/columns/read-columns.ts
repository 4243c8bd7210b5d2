import { setImmediate } from 'node:timers/promises';
import type { ReadingConfig } from '@lethe/config';
import { invalidData } from '../invalid-data.js';
import type { Attribute, CategoryAttribute } from '../model/attributes.js';
import { cellOf, type Column, type RawTable } from '../model/column.js';
import type { ColumnDescription, ReadingNote } from '../model/examples.js';
import { nameClasses, type NamedClasses } from './category-column.js';
import { readColumn, type ReadColumn, type SetKind } from './read-column.js';
import { readNames, type NamesToRead } from './read-names.js';

/** What the columns of a table are for. */
export interface ColumnRoles {
  /** Names of the columns; null: there is none. */
  readonly label: string | null;
  readonly domain: string | null;
  readonly group: string | null;
  /** Columns that the caller reads, or that are of no use: files, splits, weights. */
  readonly skipped: readonly string[];
  /** What the other columns are: a table's inputs, or properties of examples that have other inputs. */
  readonly others: 'features' | 'attributes';
  /** What the settings say about columns beside `data.reading`. */
  readonly kinds: Readonly<Record<string, SetKind | 'ignored'>>;
  /** Classes by name, each with the cells that mean it; null: the cells themselves. */
  readonly classes: NamedClasses | null;
  /** Categories of other columns, by column. */
  readonly categories: Readonly<Record<string, NamedClasses>>;
}

/** The columns of a table. */
export interface ReadColumns {
  readonly label: CategoryAttribute | null;
  readonly domain: CategoryAttribute | null;
  readonly group: CategoryAttribute | null;
  /** The other columns that are not left out, in their order. */
  readonly others: readonly Attribute[];
  /** Of all columns, in their order. */
  readonly descriptions: readonly ColumnDescription[];
  readonly notes: readonly ReadingNote[];
}

interface Reading {
  readonly table: RawTable;
  readonly reading: ReadingConfig;
  readonly roles: ColumnRoles;
}

/**
 * Reads every column of a table as what it is for.
 * @throws LetheError DATA_INVALID naming the column, and the line where there is one
 */
export function readColumns(table: RawTable, reading: ReadingConfig, roles: ColumnRoles): ReadColumns {
  const asked = { table, reading, roles };
  refuseNames(asked);
  return together(asked, table.columns.map((column, index) => readOne(asked, column, index)));
}

/** The same for tables of any size: other work of the process gets its turn between two columns. */
export async function readColumnsInTurns(table: RawTable, reading: ReadingConfig, roles: ColumnRoles): Promise<ReadColumns> {
  const asked = { table, reading, roles };
  refuseNames(asked);
  const read: ReturnType<typeof readOne>[] = [];
  for (const [index, column] of table.columns.entries()) {
    read.push(readOne(asked, column, index));
    await setImmediate();
  }
  return together(asked, read);
}

function refuseNames(asked: Reading): void {
  refuseUnknown(asked);
  refuseDoubled(asked);
}

function together({ table, roles }: Reading, all: readonly ReturnType<typeof readOne>[]): ReadColumns {
  const read = all.filter((one) => one !== null);
  const named = (name: string | null): CategoryAttribute | null => {
    const attribute = read.find((one) => one.name === name && one.role !== null)?.attribute;
    return attribute?.kind === 'category' ? attribute : null;
  };
  const others = read.filter(({ role }) => role === null).map(({ attribute }) => attribute).filter((attribute) => attribute !== null);
  if (roles.others === 'features' && others.length === 0) refuseWithoutFeatures(table, read);
  return {
    label: named(roles.label), domain: named(roles.domain), group: named(roles.group), others,
    descriptions: read.map(({ name, description }) => ({ name, description })), 
    notes: [...read.flatMap(({ notes }) => notes), ...constantNotes(read)],
  };
}

/** One notice: tables of pixels have hundreds of columns that are always 0. */
function constantNotes(read: readonly ReadColumn[]): ReadingNote[] {
  const names = read.filter(({ isConstant }) => isConstant).map(({ name }) => name);
  if (names.length === 0) return [];
  const shown = names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more columns` : names.join(', ');
  return [{ kind: 'notice', text: `left out, as all cells of the column are alike: ${shown}` }];
}

interface ReadOne extends ReadColumn { readonly role: NamesToRead['role'] | null }

/** Null: the caller reads the column. */
function readOne(asked: Reading, column: Column, index: number): ReadOne | null {
  const { table: { whereOf }, reading, roles } = asked;
  const { name } = column;
  const role = (['label', 'domain', 'group'] as const).find((one) => roles[one] === name);
  if (role !== undefined) {
    const classes = role === 'label' ? roles.classes : null;
    return { ...readNames({ column, role, isTable: roles.others === 'features', classes, reading, whereOf }), role };
  }
  if (roles.skipped.includes(name)) return null;
  if (isIgnored(asked, name)) return { name, attribute: null, description: 'ignored', notes: [], role: null };
  if (reading.rules === 2 && isUnnamed(name)) return { ...leaveOutUnnamed(column, index), role: null };
  const [kind, categories] = [roles.kinds[name], roles.categories[name]];
  const read = readColumn({
    column, role: roles.others === 'features' ? 'feature' : 'attribute', reading, whereOf,
    kind: categories !== undefined ? 'categorical' : kind === 'ignored' ? null : kind ?? null,
  });
  return { ...(categories === undefined ? read : withCategories(read, categories, whereOf)), role: null };
}

function withCategories(read: ReadColumn, categories: NamedClasses, whereOf: RawTable['whereOf']): ReadColumn {
  const { attribute } = read;
  if (attribute?.kind !== 'category') return read;
  const description = read.description.replace(/^[^,]*/, `category with ${Object.keys(categories).length} named values`);
  return { ...read, attribute: nameClasses(attribute, categories, whereOf), description };
}

function isIgnored({ reading, roles }: Reading, name: string): boolean {
  return reading.columns.ignored.includes(name) || roles.kinds[name] === 'ignored';
}

/** Columns that settings name must be there. */
function refuseUnknown({ table, reading, roles }: Reading): void {
  const names = new Set(table.columns.map(({ name }) => name));
  const asked = [
    roles.label, roles.domain, roles.group, ...reading.columns.ignored, ...reading.columns.numbers, ...reading.columns.categories,
    ...Object.keys(roles.kinds), ...Object.keys(roles.categories),
  ];
  const unknown = asked.find((name) => name !== null && !names.has(name));
  if (unknown === undefined || unknown === null) return;
  const found = names.size === 0 ? 'an empty file' : [...names].map((name) => name || '(no name)').join(', ');
  throw invalidData(table.where, `a column ${unknown} in the first line`, found);
}

/** Nobody can say which of two columns of one name is meant. */
function refuseDoubled(asked: Reading): void {
  const { table, reading } = asked;
  const positions = new Map<string, number[]>();
  for (const [index, { name }] of table.columns.entries()) positions.set(name, [...positions.get(name) ?? [], index + 1]);
  const doubled = [...positions].filter(([name, { length }]) =>
    length > 1 && !isIgnored(asked, name) && !(reading.rules === 2 && isUnnamed(name)));
  if (doubled.length === 0) return;
  const found = doubled.map(([name, where]) => `${name} as columns ${where.slice(0, -1).join(', ')} and ${where.at(-1)}`);
  throw invalidData(table.where, 'every column once', found.join('; '));
}

/** As pandas reads and writes a column without a name. */
function isUnnamed(name: string): boolean {
  return name === '' || /^Unnamed: \d+$/.test(name);
}

/** Numbers of rows, and what a trailing comma makes: nothing to learn from. */
function leaveOutUnnamed(column: Column, index: number): ReadColumn {
  const name = column.name === '' ? `column ${index + 1}` : `column ${index + 1} (${column.name})`;
  const isEmpty = column.words.every((word) => word === '') && column.numbers === null;
  const reason = isEmpty ? 'no name and no cells' : `no name${countsRows(column) ? ' and counts the rows' : ''}`;
  const text = `${name} has ${reason}: it is left out${isEmpty ? '' : '; a name in the first line keeps it'}`;
  return {
    name, attribute: null, description: `left out: it has ${reason}`, notes: [{ kind: isEmpty ? 'notice' : 'warning', text }],
  };
}

function countsRows(column: Column): boolean {
  const first = Number(cellOf(column, 0));
  return (first === 0 || first === 1) && column.codes.every((_, row) => Number(cellOf(column, row)) === first + row);
}

function refuseWithoutFeatures({ where }: RawTable, columns: readonly ColumnDescription[]): never {
  const found = columns.map(({ name, description }) => `${name} (${description})`).join(', ');
  const way = '; vectors beside the table, such as features.npy (--vectors), can be the inputs';
  throw invalidData(where, 'a column to learn from beside label, domain, split and group', `none${found === '' ? '' : `: ${found}`}${way}`);
}

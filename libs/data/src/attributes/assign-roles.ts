import { didYouMean, type DataConfig } from '@lethe/config';
import { flagValue } from '../columns/flag-value.js';
import { invalidData } from '../invalid-data.js';
import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';
import type { ColumnDescription, Examples, ReadingNote } from '../model/examples.js';
import { sortedClassNames } from '../name-order.js';
import { LABEL } from './chosen-attribute.js';
import type { ChosenNames } from './read-chosen.js';

/** What a run keeps and forgets of its examples, and what of it are inputs. */
export interface RolesToAssign extends ChosenNames {
  /** Whether columns of a table that are forgotten are inputs all the same. */
  readonly forgetFromInputs: boolean;
  /** Whether settings name the label's column. */
  readonly isLabelSaid: boolean;
}

/** What the settings of data say. */
export function rolesToAssign({ keep, forget, forgetFromInputs, table, reading }: DataConfig): RolesToAssign {
  return { keep, forget, forgetFromInputs, isLabelSaid: reading.columns.label !== null || (table !== null && table.labelColumn !== null) };
}

/** Fewer different whole numbers are perhaps names of categories. */
const FEW_NUMBERS = 10;

/** Whether the label alone is forgotten and nothing is kept: then every example needs one, as there is nothing else to learn from. */
export function forgetsLabelAlone({ keep, forget }: ChosenNames): boolean {
  return keep.length === 0 && forget.length === 1 && forget[0] === LABEL;
}

/** Whether nothing is kept and nothing forgotten: then no label need be known. */
export function choosesNothing({ keep, forget }: ChosenNames): boolean {
  return keep.length === 0 && forget.length === 0;
}

/** Whether the label is kept or forgotten by this name. */
export function asksForLabel({ keep, forget }: ChosenNames): boolean {
  return keep.includes(LABEL) || forget.includes(LABEL);
}

/**
 * Examples of one population whose label and inputs are as the settings say. Columns that are kept are no inputs, and columns that are
 * forgotten are none unless that is asked for. The label is the column that settings name, else the column `label` if it is kept or
 * forgotten, else the first category that is kept, else the first that is forgotten; where nothing is kept or forgotten, the one that the
 * examples have, or none. A number of two values is two categories.
 * @throws LetheError DATA_INVALID for an attribute that is not there or is left out, and for one that is both kept and forgotten
 */
export function assignRoles(examples: Examples, roles: RolesToAssign): Examples {
  const kept = roles.keep.map((name) => findAttribute(examples, roles, name));
  const forgotten = roles.forget.map((name) => findAttribute(examples, roles, name));
  const chosen = [...kept, ...forgotten];
  const twice = chosen.find(({ attribute: { name } }, index) => chosen.findIndex((one) => one.attribute.name === name) < index);
  if (twice !== undefined) {
    throw invalidData(examples.origin, 'attributes that are kept or forgotten, each of them once', `${twice.attribute.name} twice`);
  }
  const label = labelOf(examples, roles, chosen.map(({ attribute }) => attribute));
  const attributes = new Map([...examples.attributes, ...chosen.map(({ attribute }) => attribute)].map((one) => [one.name, one]));
  const isOut = new Set<string | null>([label, ...kept.map(nameOf), ...(roles.forgetFromInputs ? [] : forgotten.map(nameOf))]);
  const assigned = { ...examples, label, attributes: [...attributes.values()] };
  const notes = [...examples.notes, ...chosen.flatMap((one) => one.notes)];
  if (examples.inputs !== null) return { ...assigned, notes };
  const names = { kept: kept.map(nameOf), forgotten: forgotten.map(nameOf), label };
  const features = inputFeatures(examples, isOut, roles.forgetFromInputs ? forgotten : []);
  return {
    ...assigned, features,
    columns: described(examples.columns, features, names),
    notes: [...notes, ...inputNotes(features, names)],
  };
}

/** An attribute that settings name, and what is to be said about it. */
interface Found {
  readonly attribute: Attribute;
  readonly notes: readonly ReadingNote[];
}

function nameOf({ attribute }: Found): string {
  return attribute.name;
}

function findAttribute(examples: Examples, roles: RolesToAssign, name: string): Found {
  const { attributes, features } = examples;
  const own = name === LABEL && examples.label !== null ? examples.label : name;
  const found = [...attributes, ...features].find((attribute) => attribute.name === own);
  if (found === undefined) throw notFound(examples, own, roles);
  if (found.kind === 'category') return { attribute: found, notes: [] };
  return asTwoCategories(found) ?? { attribute: found, notes: roles.keep.includes(name) ? numberNotes(found) : [] };
}

function notFound({ origin, columns, attributes, features }: Examples, name: string, { keep }: RolesToAssign): Error {
  const which = keep.includes(name) ? 'keep' : 'forget';
  const leftOut = columns.find((column) => column.name === name);
  if (leftOut !== undefined) return invalidData(origin, `a column ${name} to ${which}`, `one that is ${leftOut.description}`);
  const known = [...new Set([...columns, ...attributes, ...features].map((one) => one.name))];
  const meant = didYouMean(name, known);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  const label = name === LABEL ? ' (--label-column names another)' : '';
  return invalidData(origin, `a column ${name}${label} to ${which}`, `${known.length === 0 ? 'none' : known.join(', ')}${hint}`);
}

/** Null: there are more values, or fewer. */
function asTwoCategories({ name, values }: NumberAttribute): Found | null {
  const different = differentNumbers(values, 2);
  if (different?.length !== 2) return null;
  const categories = sortedClassNames(different.map(String));
  const codes = Uint32Array.from(values, (value) => (Number.isNaN(value) ? MISSING : categories.indexOf(String(value))));
  const attribute: CategoryAttribute = { kind: 'category', name, categories, values: codes };
  return { attribute, notes: [{ kind: 'notice', text: `column ${name} is read as the two categories ${categories.join(' and ')}` }] };
}

/** Null: there are more than `most`. */
function differentNumbers(values: Float64Array, most: number): number[] | null {
  const found = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) found.add(value);
    if (found.size > most) return null;
  }
  return [...found];
}

function numberNotes({ name, values }: NumberAttribute): ReadingNote[] {
  const few = differentNumbers(values, FEW_NUMBERS);
  if (few === null || !few.every(Number.isInteger)) return [];
  const text = `column ${name} is kept as a number; --as-category ${flagValue(name)} makes its ${few.length} values categories`;
  return [{ kind: 'notice', text }];
}

function labelOf(examples: Examples, roles: RolesToAssign, chosen: readonly Attribute[]): string | null {
  if (examples.label !== null && (roles.isLabelSaid || asksForLabel(roles))) return examples.label;
  if (choosesNothing(roles)) return examples.label;
  const label = chosen.find(({ kind, name }) => kind === 'category' && name === LABEL) ?? chosen.find(({ kind }) => kind === 'category');
  if (label !== undefined) return label.name;
  const names = chosen.map(({ name }) => name).join(', ');
  const expected = 'a category among what is kept and forgotten, or --label-column NAME, by which test examples are drawn';
  throw invalidData(examples.origin, expected, `numbers alone (${names})`);
}

/** @param asked attributes that are to be inputs, whatever they are besides */
function inputFeatures({ origin, features }: Examples, isOut: ReadonlySet<string | null>, asked: readonly Found[]): readonly Attribute[] {
  const own = features.filter(({ name }) => !isOut.has(name) || asked.some((one) => nameOf(one) === name));
  const added = asked.map(({ attribute }) => attribute).filter(({ name }) => !own.some((feature) => feature.name === name));
  if (own.length + added.length > 0) return [...own, ...added];
  throw invalidData(origin, 'a column to learn from beside those that are kept and forgotten', 'none');
}

interface NamedRoles {
  readonly kept: readonly string[];
  readonly forgotten: readonly string[];
  /** Null: there is none. */
  readonly label: string | null;
}

function inputNotes(features: readonly Attribute[], { kept, forgotten, label }: NamedRoles): ReadingNote[] {
  const isInput = (name: string): boolean => features.some((feature) => feature.name === name);
  const out = [
    ...kept.map((name) => `${name} (kept)`), ...forgotten.filter((name) => !isInput(name)).map((name) => `${name} (forgotten)`),
    ...(label === null || [...kept, ...forgotten].includes(label) || isInput(label) ? [] : [`${label} (the label)`]),
  ];
  const seen = forgotten.filter(isInput);
  const inputs = `${features.length} column${features.length === 1 ? ' is an input' : 's are inputs'}`;
  return [
    { kind: 'notice', text: `${inputs}${out.length === 0 ? '' : `; no inputs are ${out.join(', ')}`}` },
    ...(seen.length === 0 ? [] : [{ kind: 'notice' as const, text: `forgotten, and inputs all the same: ${seen.join(', ')}` }]),
  ];
}

function described(
  columns: readonly ColumnDescription[], features: readonly Attribute[], { kept, forgotten }: NamedRoles,
): ColumnDescription[] {
  return columns.map(({ name, description }) => {
    const role = kept.includes(name) ? ', kept' : forgotten.includes(name) ? ', forgotten' : '';
    const isInput = role !== '' && features.some((feature) => feature.name === name);
    return { name, description: `${description}${role}${isInput ? ' and an input' : ''}` };
  });
}

import { groupsOf } from '../examples/group-draw.js';
import type { Attribute, CategoryAttribute } from '../model/attributes.js';
import { SPLITS, TEST_SHARE, type Examples, type Split } from '../model/examples.js';
import type { OwnExamples } from './define-data.js';
import { isListed, ownAttributes, type AttributeKinds } from './own-attributes.js';
import { ownInputs } from './own-inputs.js';
import { OwnPlace } from './own-place.js';

const PARTS: readonly (keyof OwnExamples)[] = [
  'inputs', 'attributes', 'count', 'label', 'domain', 'group', 'splits', 'testShare', 'weights', 'where', 'notes',
];
/** Parts that name an attribute. */
const ROLES = ['label', 'domain', 'group'] as const;

/** How an own reader's examples are taken. */
export interface OwnReading {
  /** Name of the reader. */
  readonly reader: string;
  /** Folder or reader, for messages. */
  readonly origin: string;
  /** Attributes that settings name as label, domain and group, over what the reader says; null: it says it. */
  readonly roles: Readonly<Record<(typeof ROLES)[number], string | null>>;
  readonly kinds: AttributeKinds;
}

/**
 * What an own reader gives, checked, as the rest of the program takes it.
 * @throws LetheError DATA_INVALID naming the reader, the part and what was found
 */
export async function ownExamples(given: OwnExamples, { reader, origin, roles, kinds }: OwnReading): Promise<Examples> {
  const place = new OwnPlace(reader);
  expectParts(given, place);
  const { attributes = {}, splits = null, weights = null, testShare = TEST_SHARE, where, notes = [] } = given;
  const count = countOf(given, place);
  const named = Object.fromEntries(ROLES.map((role) => [role, roles[role] ?? given[role] ?? null] as const));
  const whereOf = where ?? ((example: number) => placeWithoutName(origin, example));
  const inputs = await ownInputs({ inputs: given.inputs, count, where: whereOf }, place);
  if (inputs.count === 0) throw place.refusal('inputs', 'at least one example', 'none');
  const categories = [...kinds.categories, ...Object.values(named).filter((name) => name !== null)];
  const read = ownAttributes(attributes, { count: inputs.count, kinds: { ...kinds, categories } }, place);
  const [label, domain, group] = ROLES.map((role) => roleOf(role, named[role] ?? null, read, place));
  return {
    origin, count: inputs.count, inputs, features: [], attributes: read,
    label: label?.name ?? null, domain: domain?.name ?? null,
    splits: splits === null ? null : ownSplits(splits, inputs.count, place),
    testShare: ownShare(testShare, place), weights: weights === null ? null : ownWeights(weights, inputs.count, place),
    groups: group === null || group === undefined ? null : groupsOf(group),
    where: whereOf,
    columns: read.map((attribute) => ({ name: attribute.name, description: descriptionOf(attribute) })),
    notes: notes.map((text) => ({ kind: 'notice', text: `${reader}: ${text}` })),
  };
}

/** What an example is called whose reader has no name for it. */
export function placeWithoutName(origin: string, example: number): string {
  return `${origin}, row ${example}`;
}

function expectParts(given: unknown, place: OwnPlace): void {
  if (typeof given !== 'object' || given === null) throw place.refusal('what read gives', 'examples', given);
  const values = given as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(values).find((key) => !(PARTS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw place.refusal('what read gives', `of the parts ${PARTS.join(', ')} alone`, `the unknown name ${unknown}`);
  }
  const { attributes, where, notes, count } = values;
  if (attributes !== undefined && (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes))) {
    throw place.refusal('attributes', 'lists of values by name', attributes);
  }
  if (where !== undefined && typeof where !== 'function') throw place.refusal('where', 'a function that names an example', where);
  if (notes !== undefined && !Array.isArray(notes)) throw place.refusal('notes', 'a list of sentences', notes);
  const isCount = count === undefined || (Number.isInteger(count) && (count as number) > 0);
  if (!isCount) throw place.refusal('count', 'a whole number from 1', count);
}

/** Null: the inputs alone say it. */
function countOf({ count, splits, attributes = {} }: OwnExamples, place: OwnPlace): number | null {
  if (count !== undefined) return count;
  const [first] = [splits, ...Object.values(attributes)].filter((values) => values !== undefined);
  if (first === undefined) return null;
  if (!isListed(first)) throw place.refusal('attributes', 'lists of values by name', first);
  return first.length;
}

function roleOf(role: string, name: string | null, attributes: readonly Attribute[], place: OwnPlace): CategoryAttribute | null {
  if (name === null) return null;
  const found = attributes.find((attribute) => attribute.name === name);
  if (found?.kind === 'category') return found;
  const known = attributes.map((attribute) => attribute.name).join(', ') || 'none';
  throw place.refusal(role, `the name of an attribute of categories (${known})`, name);
}

function ownSplits(splits: unknown, count: number, place: OwnPlace): Split[] {
  const isList = isListed(splits) && splits.length === count;
  if (!isList) throw place.refusal('splits', `a list of ${count} splits, one for each example`, splits);
  return Array.from(splits, (split, example): Split => {
    const known = SPLITS.find((name) => name === split);
    if (known === undefined) throw place.refusal(`splits, example ${example}`, SPLITS.join(', '), split);
    return known;
  });
}

function ownShare(share: unknown, place: OwnPlace): number {
  if (typeof share === 'number' && share > 0 && share < 1) return share;
  throw place.refusal('testShare', 'a share between 0 and 1', share);
}

function ownWeights(weights: unknown, count: number, place: OwnPlace): Float32Array {
  const isList = isListed(weights) && weights.length === count;
  if (!isList) throw place.refusal('weights', `a list of ${count} weights, one for each example`, weights);
  return Float32Array.from(weights, (weight, example) => {
    if (typeof weight === 'number' && weight > 0 && Number.isFinite(Math.fround(weight))) return weight;
    throw place.refusal(`weights, example ${example}`, 'a finite number above 0', weight);
  });
}

function descriptionOf(attribute: Attribute): string {
  if (attribute.kind === 'number') return 'number';
  return `${attribute.categories.length} ${attribute.categories.length === 1 ? 'category' : 'categories'}`;
}

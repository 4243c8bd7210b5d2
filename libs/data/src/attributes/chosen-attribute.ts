import { countCategories } from '../columns/category-column.js';
import { invalidData } from '../invalid-data.js';
import { MISSING, type Attribute, type CategoryAttribute, type NumberAttribute } from '../model/attributes.js';
import type { AttributeRoles, Dataset, LabelCount } from '../model/dataset.js';
import { sortedClassNames } from '../name-order.js';
import { numberParts, partsOf, type NumberParts } from './number-parts.js';

/** The name by which settings mean the label, whatever its column is called. */
export const LABEL = 'label';

/** The examples of a run. */
export interface ExamplesOfRun {
  /** Folder or file, for messages. */
  readonly origin: string;
  readonly train: Dataset;
  readonly test: Dataset;
  readonly classes: readonly string[];
  readonly roles: Pick<AttributeRoles, 'label'>;
}

/** An attribute that a run keeps or forgets. */
export type ChosenAttribute = ChosenCategory | ChosenNumber;

export interface ChosenCategory {
  readonly kind: 'category';
  readonly name: string;
  /** The attributes that it is: one, or those that are combined. */
  readonly of: readonly string[];
  /** Those of the training examples, in order. */
  readonly categories: readonly string[];
  /** Of each example: index into the categories, or MISSING. */
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  /** Means of the parts of a number; null: it is none. */
  readonly means: readonly number[] | null;
  readonly isLabel: boolean;
  /** Categories that test examples have and no training example, with how many test examples: they count as having no value. */
  readonly onlyInTests: readonly LabelCount[];
}

export interface ChosenNumber {
  readonly kind: 'number';
  readonly name: string;
  readonly parts: NumberParts;
  /** Of each example, in its own unit; NaN: missing. */
  readonly train: Float64Array;
  readonly test: Float64Array;
}

/**
 * The attribute of that name, by its values in the training examples.
 * @throws LetheError DATA_INVALID for one that is not there, or that has fewer than two values among the training examples
 */
export function chooseAttribute(examples: ExamplesOfRun, name: string): ChosenAttribute {
  const chosen = readAttribute(examples, name);
  const values = chosen.kind === 'number' ? chosen.parts.names : chosen.categories;
  if (values.length > 1) return chosen;
  const found = values.length === 0 ? 'none' : `${JSON.stringify(values[0])} alone`;
  throw invalidData(examples.origin, `at least 2 values of ${name} among the training examples`, found);
}

function readAttribute({ origin, train, test, classes, roles }: ExamplesOfRun, name: string): ChosenAttribute {
  if (name === LABEL || name === roles.label) {
    return {
      kind: 'category', name, of: [name], categories: classes, train: train.labels, test: test.labels, means: null, isLabel: true,
      onlyInTests: onlyIn(test.attributes.find((one) => one.name === roles.label), classes),
    };
  }
  const [own, other] = [train, test].map(({ attributes }) => attributes.find((one) => one.name === name));
  if (own === undefined || other?.kind !== own.kind) {
    throw invalidData(origin, `an attribute ${name}`, train.attributes.map((attribute) => attribute.name).join(', '));
  }
  if (own.kind === 'number') {
    return { kind: 'number', name, parts: numberParts(own.values), train: own.values, test: (other as NumberAttribute).values };
  }
  const categories = sortedClassNames(usedCategories(own));
  const values = (attribute: CategoryAttribute): Uint32Array => indicesIn(attribute, categories);
  return {
    kind: 'category', name, of: [name], categories, train: values(own), test: values(other as CategoryAttribute), means: null,
    isLabel: false, onlyInTests: onlyIn(other, categories),
  };
}

function onlyIn(attribute: Attribute | undefined, known: readonly string[]): LabelCount[] {
  if (attribute?.kind !== 'category') return [];
  const counts = countCategories(attribute);
  return attribute.categories.map((name, index) => ({ name, count: counts[index] as number }))
    .filter(({ name, count }) => count > 0 && !known.includes(name));
}

function usedCategories(attribute: CategoryAttribute): string[] {
  const counts = countCategories(attribute);
  return attribute.categories.filter((_, index) => counts[index] !== 0);
}

/** A category that is none of them is missing. */
function indicesIn({ categories, values }: CategoryAttribute, wanted: readonly string[]): Uint32Array {
  const places = new Map(wanted.map((category, index) => [category, index]));
  const placeOf = Uint32Array.from(categories, (category) => places.get(category) ?? MISSING);
  return values.map((value) => (value === MISSING ? MISSING : placeOf[value] as number));
}

/** A number as its parts; what has categories as it is. */
export function inParts(chosen: ChosenAttribute): ChosenCategory {
  if (chosen.kind === 'category') return chosen;
  const { name, parts, train, test } = chosen;
  return {
    kind: 'category', name, of: [name], categories: parts.names, train: partsOf(train, parts), test: partsOf(test, parts),
    means: parts.means, isLabel: false, onlyInTests: [],
  };
}

import { categoryAttribute, type Attribute } from '../model/attributes.js';
import type { OwnExamples } from './define-data.js';
import type { OwnPlace } from './own-place.js';

/** Which attributes of an own reader are categories whatever their values are, and which are numbers. */
export interface AttributeKinds {
  readonly categories: readonly string[];
  readonly numbers: readonly string[];
}

/** How the attributes of examples are read. */
export interface AttributesToRead {
  readonly count: number;
  /** Names of attributes that are read otherwise than their values say. */
  readonly kinds: AttributeKinds;
}

/** The values of an attribute as a program may give them. */
type Values = ArrayLike<unknown>;

/**
 * The attributes that a reader gives: words are categories, numbers are numbers.
 * @throws LetheError DATA_INVALID naming the attribute and the example
 */
export function ownAttributes(
  attributes: NonNullable<OwnExamples['attributes']>, { count, kinds }: AttributesToRead, place: OwnPlace,
): Attribute[] {
  return Object.entries(attributes as Readonly<Record<string, unknown>>).map(([name, values]) => {
    const what = `attributes.${name}`;
    if (name.trim() === '') throw place.refusal('attributes', 'a name for each', name);
    if (!isListed(values)) throw place.refusal(what, 'a list of a value for each example', values);
    if (values.length !== count) throw place.refusal(what, `${count} values, one for each example`, values);
    return attributeOf(name.normalize('NFC'), values, kinds, place);
  });
}

/** Whether a value is a list, or an array of numbers. */
export function isListed(value: unknown): value is Values {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function attributeOf(name: string, values: Values, { categories, numbers }: AttributeKinds, place: OwnPlace): Attribute {
  const what = `attributes.${name}`;
  const isNumber = numbers.includes(name) || (!categories.includes(name) && areNumbers(values));
  if (!isNumber) {
    return categoryAttribute(name, Array.from(values, (value, example) => {
      if (isMissing(value) || value === '') return null;
      if (typeof value === 'string') return value.normalize('NFC');
      if (typeof value === 'number' && categories.includes(name) && Number.isFinite(value)) return String(value);
      throw place.refusal(`${what}, example ${example}`, 'a word, or null where it is missing', value);
    }));
  }
  return {
    kind: 'number', name,
    values: Float64Array.from(values, (value, example) => {
      if (isMissing(value)) return Number.NaN;
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw place.refusal(`${what}, example ${example}`, 'a finite number, or null where it is missing', value);
    }),
  };
}

/** By the first value that is known. */
function areNumbers(values: Values): boolean {
  for (let example = 0; example < values.length; example += 1) {
    const value = values[example];
    if (!isMissing(value)) return typeof value === 'number';
  }
  return false;
}

function isMissing(value: unknown): boolean {
  return value === null || (typeof value === 'number' && Number.isNaN(value));
}

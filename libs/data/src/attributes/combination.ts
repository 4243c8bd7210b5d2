import { MISSING } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import type { ChosenCategory } from './chosen-attribute.js';

/** More of them are too many to be forgotten together. */
const MOST_COMBINATIONS = 64;

/** What a combination of attributes, or of their categories, is called. */
export function combinationName(parts: readonly string[]): string {
  return parts.join(' x ');
}

export interface Combined {
  /** Null: there is a single attribute, or there are too many combinations. */
  readonly combined: ChosenCategory | null;
  readonly notes: readonly ReadingNote[];
}

/** The combinations of categories that training examples have, in the order of the categories. */
export function combine(attributes: readonly ChosenCategory[]): Combined {
  if (attributes.length < 2) return { combined: null, notes: [] };
  const name = combinationName(attributes.map((attribute) => attribute.name));
  const codes = { train: codesOf(attributes, 'train'), test: codesOf(attributes, 'test') };
  const found = [...new Set(codes.train)].filter((code) => code >= 0).sort((a, b) => a - b);
  if (found.length > MOST_COMBINATIONS) {
    const text = `${name} has ${found.length.toLocaleString('en-US')} combinations: more than ${MOST_COMBINATIONS} are neither forgotten `
      + 'nor measured together, each attribute is by itself';
    return { combined: null, notes: [{ kind: 'notice', text }] };
  }
  const places = new Map(found.map((code, index) => [code, index]));
  const indices = (all: Float64Array): Uint32Array => Uint32Array.from(all, (code) => places.get(code) ?? MISSING);
  return {
    combined: {
      kind: 'category', name, of: attributes.map((attribute) => attribute.name), categories: found.map((code) => nameOf(attributes, code)),
      train: indices(codes.train), test: indices(codes.test), means: null, isLabel: false, onlyInTests: [],
    },
    notes: [],
  };
}

/** Of each example a number for its combination; -1 where one of the attributes is missing. */
function codesOf(attributes: readonly ChosenCategory[], part: 'train' | 'test'): Float64Array {
  const codes = new Float64Array(attributes[0]?.[part].length ?? 0);
  for (const { categories, [part]: values } of attributes) {
    for (let example = 0; example < codes.length; example += 1) {
      const [code, value] = [codes[example] as number, values[example] as number];
      codes[example] = code < 0 || value === MISSING ? -1 : code * categories.length + value;
    }
  }
  return codes;
}

function nameOf(attributes: readonly ChosenCategory[], code: number): string {
  const names: string[] = [];
  let left = code;
  for (const { categories } of attributes.toReversed()) {
    names.unshift(categories[left % categories.length] ?? '');
    left = Math.floor(left / categories.length);
  }
  return combinationName(names);
}

import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import { IN_NUMBERS, type Column } from '../model/column.js';
import { sortedClassNames } from '../name-order.js';

/** How the words of a column become categories. */
export interface WordReading {
  /** Of each word. */
  readonly isMissing: readonly boolean[];
  /** One spelling for words that mean the same. */
  readonly spell: (word: string) => string;
}

/** The categories of a column in their order: by value when all are numbers, else by code unit. */
export function categoryColumn(column: Column, { isMissing, spell }: WordReading): CategoryAttribute {
  const indices = new Map<string, number>();
  const indexOf = (word: string): number => {
    const known = indices.get(word);
    if (known !== undefined) return known;
    indices.set(word, indices.size);
    return indices.size - 1;
  };
  const ofWords = column.words.map((word, code) => (isMissing[code] === true ? MISSING : indexOf(spell(word))));
  const values = column.codes.map((code, row) =>
    (code === IN_NUMBERS ? indexOf(String(column.numbers?.[row])) : ofWords[code] ?? MISSING));
  const categories = sortedClassNames(indices.keys());
  const ranks = new Uint32Array(categories.length);
  for (const [rank, category] of categories.entries()) ranks[indices.get(category) ?? 0] = rank;
  return {
    kind: 'category', name: column.name, categories, values: values.map((index) => (index === MISSING ? MISSING : ranks[index] ?? MISSING)),
  };
}

/** How many examples each category has. */
export function countCategories({ categories, values }: CategoryAttribute): Uint32Array {
  const counts = new Uint32Array(categories.length);
  for (const value of values) if (value !== MISSING) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** Classes by name, each with the cells that mean it. */
export type NamedClasses = Readonly<Record<string, readonly string[]>>;

/** The classes that a column's categories mean. @throws LetheError DATA_INVALID for a category that means none of them */
export function nameClasses(
  { name, categories, values }: CategoryAttribute, classes: NamedClasses, whereOf: (row: number) => string,
): CategoryAttribute {
  const names = Object.keys(classes);
  const classOf = Uint32Array.from(categories, (category) => {
    const index = names.findIndex((className) => classes[className]?.includes(category));
    return index < 0 ? MISSING : index;
  });
  const unknown = values.findIndex((value) => value !== MISSING && classOf[value] === MISSING);
  if (unknown >= 0) {
    const expected = `${name} to be ${Object.values(classes).flat().join(', ')}`;
    throw invalidData(whereOf(unknown), expected, JSON.stringify(categories[values[unknown] ?? 0]));
  }
  return {
    kind: 'category', name, categories: names, values: values.map((value) => (value === MISSING ? MISSING : classOf[value] ?? MISSING)),
  };
}

import { invalidData } from '../invalid-data.js';
import { MISSING, type CategoryAttribute } from '../model/attributes.js';
import type { Dataset } from '../model/dataset.js';
import type { ReadingNote } from '../model/examples.js';
import { percent } from '../report/summarise-attribute.js';
import { seededGenerator, shuffle } from '../seeded-generator.js';

/**
 * Training indices of which every combination of values of the attributes has as many as the most frequent one: all of its examples as
 * often as each other, and the rest drawn by the seed. Examples without a value are there once.
 * @param training indices into the training set
 * @throws LetheError DATA_INVALID for a name that is no category of the examples
 */
export function balancedTraining(
  training: Uint32Array, names: readonly string[], { train, seed }: { readonly train: Dataset; readonly seed: number },
): Uint32Array {
  if (names.length === 0) return training;
  const attributes = names.map((name) => balancedAttribute(train, name));
  const members = new Map<string, number[]>();
  const missing: number[] = [];
  for (const index of training) {
    const values = attributes.map((attribute) => attribute.values[index] as number);
    const known = values.includes(MISSING) ? missing : members.get(values.join()) ?? [];
    known.push(index);
    if (known !== missing) members.set(values.join(), known);
  }
  const most = [...members.values()].reduce((largest, { length }) => Math.max(largest, length), 0);
  const balanced = [...members].flatMap(([combination, own]) => {
    const drawn = shuffle(own.slice(), seededGenerator('balance', seed, combination)).slice(0, most % own.length);
    return [...Array.from({ length: Math.floor(most / own.length) }, () => own).flat(), ...drawn];
  });
  return Uint32Array.from([...balanced, ...missing]).sort();
}

/**
 * Says how frequent the values really are that batches have equally often.
 * @throws LetheError DATA_INVALID for a name that is no category of the examples
 */
export function balanceNotes(train: Dataset, names: readonly string[]): ReadingNote[] {
  const rates = names.map((name) => {
    const { categories, values } = balancedAttribute(train, name);
    const counts = new Uint32Array(categories.length);
    for (const value of values) if (value !== MISSING) counts[value] = (counts[value] as number) + 1;
    const known = counts.reduce((sum, count) => sum + count, 0);
    return `${name} ${categories.map((category, index) => `${category} ${percent(counts[index] as number, known)}`).join(', ')}`;
  });
  if (rates.length === 0) return [];
  const text = `batches have all values of ${names.join(' and ')} equally often; of the examples: ${rates.join('; ')}`;
  return [{ kind: 'notice', text }];
}

function balancedAttribute({ attributes }: Dataset, name: string): CategoryAttribute {
  const found = attributes.find((attribute) => attribute.name === name);
  if (found?.kind === 'category') return found;
  const known = attributes.filter(({ kind }) => kind === 'category').map((attribute) => attribute.name).join(', ');
  const shown = found === undefined ? name : `${name}, a column of numbers`;
  throw invalidData('data.balance', `names of columns of categories (${known})`, shown);
}

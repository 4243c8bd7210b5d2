import type { Groups } from '../model/examples.js';
import type { Population } from './population.js';

/**
 * The groups of all populations' examples, one population after the other: a group of one name is one group, wherever its examples are.
 * Null: there are none.
 */
export function commonGroups(populations: readonly Pick<Population, 'examples'>[]): Groups | null {
  if (populations.every(({ examples }) => examples.groups === null)) return null;
  const indices = new Uint32Array(populations.reduce((sum, { examples }) => sum + examples.count, 0));
  const names: string[] = [];
  const indexOf = new Map<string, number>();
  let place = 0;
  for (const { examples: { count, groups, where } } of populations) {
    const known = new Map<number, number>();
    for (let example = 0; example < count; example += 1) {
      const own = groups?.indices[example] ?? example;
      let index = known.get(own);
      if (index === undefined) {
        const name = groups?.nameOf(example) ?? where(example);
        index = indexOf.get(name) ?? names.push(name) - 1;
        indexOf.set(name, index);
        known.set(own, index);
      }
      indices[place] = index;
      place += 1;
    }
  }
  return { indices, nameOf: (example) => names[indices[example] as number] ?? '' };
}

import type { CategoryAttribute } from '../model/attributes.js';
import type { ReadingNote } from '../model/examples.js';
import { countCategories } from './category-column.js';

/** More pairs than a user reads. */
const MOST_PAIRS = 10;

/**
 * Categories that differ only in case, in spaces or by a dot at their end, each pair of them with its counts: they are perhaps one.
 * @param what the attribute is called in the warning
 */
export function spellingNotes(what: string, attribute: CategoryAttribute): ReadingNote[] {
  const counts = countCategories(attribute);
  const alike = new Map<string, number[]>();
  for (const [index, category] of attribute.categories.entries()) {
    if (counts[index] === 0) continue;
    const key = spellingKey(category);
    const members = alike.get(key);
    if (members === undefined) alike.set(key, [index]);
    else members.push(index);
  }
  const countOf = (index: number): string => (counts[index] ?? 0).toLocaleString('en-US');
  const named = (index: number): string => `${JSON.stringify(attribute.categories[index])} (${countOf(index)})`;
  const pairs = [...alike.values()].flatMap((members) => {
    const [most, ...others] = members.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
    return others.map((other) => `${what}: ${named(most ?? other)} and ${named(other)} are read as different; --labels-as-is if they are`);
  });
  const told = pairs.slice(0, MOST_PAIRS).map((text): ReadingNote => ({ kind: 'warning', text }));
  const left = pairs.length - told.length;
  return left === 0 ? told : [...told, { kind: 'warning', text: `${what}: ${left} more pairs of spellings like these` }];
}

function spellingKey(category: string): string {
  const bare = category.replaceAll(/\s+/g, '').toLowerCase().normalize('NFC');
  return bare.replace(/\.+$/, '') || bare;
}

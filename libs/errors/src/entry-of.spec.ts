import { expect, it } from 'vitest';
import { entryOf } from './entry-of.js';

it.each([
  ['a record', { mean: 0, variance: 1 }],
  ['a map', new Map([['mean', 0], ['variance', 1]])],
])('takes the entry out of %s, or names what is there', (_, entries) => {
  expect(entryOf(entries, 'mean', 'the layer')).toBe(0);
  expect(() => entryOf(entries, 'median', 'the layer')).toThrow(new TypeError('the layer has no entry "median", found mean, variance'));
});

it('says that there are no entries', () => {
  expect(() => entryOf({}, 'rate', 'the round')).toThrow('the round has no entry "rate", found no entries');
});

import { expect, it } from 'vitest';
import { chooseAttribute, type Attribute } from '../model/attributes.js';
import { joinAttributes } from './join-attributes.js';

const MANY = 30_000;

it('parts of as many domains as there are examples are joined, each with the names of all', () => {
  const categories = Array.from({ length: MANY }, (_, index) => `site ${index}`);
  const whole: Attribute = { kind: 'category', name: 'domain', categories, values: Uint32Array.from(categories.keys()) };
  const parts = categories.map((_, index) => ({ attributes: [chooseAttribute(whole, Uint32Array.of(MANY - 1 - index))], count: 1 }));
  expect(joinAttributes(parts)).toEqual([{ ...whole, values: Uint32Array.from(whole.values).reverse() }]);
});

import { expect, it } from 'vitest';
import { flushSubnormal } from './flush-subnormal.js';

it.each([
  [2 ** -126, 2 ** -126],
  [-(2 ** -126), -(2 ** -126)],
  [2 ** -127, 0],
  [-(2 ** -149), 0],
  [-0, 0],
  [Infinity, Infinity],
  [NaN, NaN],
])('%s becomes %s', (value, kept) => {
  expect(flushSubnormal(value)).toBe(kept);
});

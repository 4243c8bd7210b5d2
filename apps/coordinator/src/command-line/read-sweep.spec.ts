import { describe, expect, it } from 'vitest';
import { settingValues } from './read-sweep.js';

describe('the values of a setting', () => {
  it.each<[string, unknown[]]>([
    ['0.1,2,true,null', [0.1, 2, true, null]],
    ['quick,forget', ['quick', 'forget']],
    ['["a","b"],["b"]', [['a', 'b'], ['b']]],
    ['[["a","b"],[]],{"x":[1,2],"y":"c,d"}', [[['a', 'b'], []], { x: [1, 2], y: 'c,d' }]],
    ['"a,b","c"', ['a,b', 'c']],
    ['"a,b', ['"a', 'b']],
    ['[1,2', ['[1', 2]],
    ['a,', ['a', '']],
  ])('%s', (text, values) => {
    expect(settingValues(text)).toEqual(values);
  });
});

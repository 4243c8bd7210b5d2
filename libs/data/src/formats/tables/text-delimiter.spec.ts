import { expect, it } from 'vitest';
import { findDelimiter } from './text-delimiter.js';

it.each([
  [',', 'a,b\n1,2\n'],
  [';', 'a;b\n1,5;2,5\n'],
  [';', 'name, first;age\nx;1\ny, z;2\n'],
  ['\t', 'a\tb|c\n1\t2\n'],
  ['|', 'a|b\n1|2'],
  [',', '"a;b";"c"'.replace(';"', ',"')],
  [';', '"a,b,c";x\n"1,2,3";4\n'],
  [',', 'a\n1;2\n'],
  [',', ''],
  ['\t', '\ta\tb\n\t1\t2\n'],
])('finds %j in %j', (delimiter, start) => { expect(findDelimiter(start)).toBe(delimiter); });

import { describe, expect, it } from 'vitest';
import { foreignText } from './foreign-text.js';

describe('the text of another process', () => {
  it('stays as it is where it can be printed', () => {
    for (const text of ['', 'worker-1 on höst: 手写 0.5 µs', 'x'.repeat(2000)]) expect(foreignText(text)).toBe(text);
  });

  it.each([
    ['red\u001B[31m and a bell\u0007', 'red and a bell '],
    ['\u001B]0;title\u0007shown', 'shown'],
    ['\u009B2Jcleared', 'cleared'],
    ['one\r\ntwo\u2028three', 'one two three'],
    ['abc\u202Edef', 'abc def'],
    ['half \uD800 of a character', 'half   of a character'],
    ['\u001B', ' '],
  ])('loses what a terminal obeys: %j', (text, shown) => { expect(foreignText(text)).toBe(shown); });

  it('is cut, and says so', () => {
    const shown = foreignText(`begin${'\u001B[1m'.repeat(2 ** 18)}`);
    expect(shown).toMatch(/^begin ?\.\.\. \(cut: 1048581 characters\)$/);
    expect(foreignText('y'.repeat(2 ** 20))).toHaveLength(2000 + '... (cut: 1048576 characters)'.length);
  });
});

import { READING } from '@lethe/config';
import { rawColumn } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { isMissing, missingWords } from './missing-words.js';
import { canonicalNumber, otherNumberFormat, parseNumber } from './numbers.js';

describe('the words for a missing value', () => {
  it("are pandas', and a question mark or a dash", () => {
    const words = ['', '#N/A', '-1.#IND', '-nan', '1.#QNAN', '<NA>', 'N/A', 'NA', 'NULL', 'NaN', 'None', 'n/a', 'nan', 'null', '?', '-'];
    for (const word of words) expect([word, isMissing(word, 2)]).toEqual([word, true]);
    for (const word of ['0', 'no', 'unknown', 'x']) expect(isMissing(word, 2)).toBe(false);
  });

  it('were few by the earlier rules', () => {
    expect(['', '?', 'NA', 'NaN', 'null', 'nan', '-', 'None'].map((word) => isMissing(word, 1)))
      .toEqual([true, true, true, true, false, false, false, false]);
  });

  it('have no dash among them where + is a value', () => {
    expect(missingWords(rawColumn('sign', ['+', '-', '?']), 2)).toEqual([false, false, true]);
  });
});

describe('parseNumber', () => {
  it('reads numbers as they always were', () => {
    const numbers = ['1', '-1.50', '+.5', '1.', '1e3', '1E-2'].map((word) => parseNumber(word, READING));
    expect(numbers).toEqual([1, -1.5, 0.5, 1, 1000, 0.01]);
    for (const word of ['', 'x', '1,5', '1 000', '0x10', 'Infinity', '1e', '.', '1.2.3']) expect(parseNumber(word, READING)).toBeNull();
  });

  it('says so where float64 cannot hold one', () => {
    expect([parseNumber('1e400', READING), parseNumber('-1e400', READING)]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  it.each([
    ['1.234,5', ',', '.', 1234.5], ['-12,5', ',', '.', -12.5], ['1,234.5', '.', ',', 1234.5], ['12 345 678', '.', ' ', 12_345_678],
    ["1'234", '.', "'", 1234], ['3,14', ',', '', 3.14], ['1234,5', ',', '.', 1234.5], ['1.23', ',', '.', null], ['12.3456', ',', '.', null],
    ['3.14', ',', '', null],
  ] as const)('reads %s with the decimal mark %s and %j between thousands', (word, decimal, thousands, number) => {
    expect(parseNumber(word, { decimal, thousands })).toBe(number);
  });
});

it('one spelling stands for 1, 1.0 and +1, but not for what float64 cannot tell apart', () => {
  expect(['1', '1.0', '+1', '1e0', 'one', '12345678901234567891', '1e400'].map((word) => canonicalNumber(word, READING)))
    .toEqual(['1', '1', '1', '1', 'one', '12345678901234567891', '1e400']);
  expect(canonicalNumber('12345678901234567891', { ...READING, rules: 1 })).toBe('12345678901234567000');
});

it('names the flags that would make numbers of words', () => {
  expect(otherNumberFormat(['3,14', '2'])).toBe('--decimal ,');
  expect(otherNumberFormat(['1.234,5', '3,14'])).toBe('--decimal , --thousands .');
  expect(otherNumberFormat(['1,234.5', '3'])).toBe('--decimal . --thousands ,');
  expect(otherNumberFormat(['1,234', '3'])).toBe('--decimal , or --decimal . --thousands ,');
  expect(otherNumberFormat(['1 234', '3'])).toContain("--thousands ' '");
  expect([otherNumberFormat(['a', '3,14']), otherNumberFormat([])]).toEqual([null, null]);
});

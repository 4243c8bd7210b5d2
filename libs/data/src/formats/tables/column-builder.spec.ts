import { READING } from '@lethe/config';
import { describe, expect, it } from 'vitest';
import { cellOf, IN_NUMBERS } from '../../model/column.js';
import { ColumnBuilder, MOST_WORDS, wordMemory } from './column-builder.js';


function builder(rules: 1 | 2 = 2): ColumnBuilder {
  return new ColumnBuilder(' x\u0301 ', { ...READING, rules }, wordMemory());
}

function columnOf(cells: Iterable<string>, column = builder()): ReturnType<ColumnBuilder['finish']> {
  for (const cell of cells) column.push(cell);
  return column.finish();
}

describe('a column', () => {
  it('keeps different cells once, trimmed and composed', () => {
    const column = columnOf(['b', ' a\u0301', '\u00e1', 'b ', '', 'a\u0301']);
    expect(column).toMatchObject({ name: 'x\u0301'.normalize('NFC'), count: 6, words: ['b', '\u00e1', ''], numbers: null });
    expect([...column.codes]).toEqual([0, 1, 1, 0, 2, 1]);
    expect(columnOf([' a\u0301', '\u00e1'], builder(1)).words).toEqual([' a\u0301', '\u00e1']);
  });

  it('turns to numbers when there are very many, and keeps words for the rest', () => {
    const odd = ['', 'NaN', 'inf', '1e400', '007', '12345678901234567', '5'];
    const cells = Array.from({ length: MOST_WORDS + 2000 }, (_, index) => odd[index % 500] ?? String(index / 8));
    const column = columnOf([...cells, 'late', ' 0.5 ']);
    expect(column.words).toEqual(['', 'NaN', 'inf', '1e400', '007', '12345678901234567', 'late']);
    expect(cells.findIndex((cell, row) => cellOf(column, row) !== cell)).toBe(-1);
    expect(cellOf(column, cells.length)).toBe('late');
    expect(column.codes[cells.length + 1]).toBe(IN_NUMBERS);
    expect(column.numbers?.[cells.length + 1]).toBe(0.5);
    expect(column.numbers?.filter((value, row) => column.codes[row] === IN_NUMBERS && !Number.isFinite(value))).toHaveLength(0);
  });

  it('goes on with words when there are very many that are no numbers', () => {
    const cells = Array.from({ length: MOST_WORDS + 100 }, (_, index) => index % 5 === 0 ? `site${index}` : String(index));
    const column = columnOf(cells);
    expect(column.numbers).toBeNull();
    expect(column.words).toEqual(cells);
  });

  it('is refused when its text takes too much memory', () => {
    const memory = { leftBytes: 10_000, file: 'table.csv' };
    const column = new ColumnBuilder('notes', READING, memory);
    expect(() => columnOf(Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(50)), column)).not.toThrow();
    expect(() => columnOf(Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(50, 'x')), column)).toThrow(
      'table.csv, column "notes": expected different cells that take at most 512 MiB of memory together',
    );
  });
});

import { READING } from '@lethe/config';
import { expect, it } from 'vitest';
import { TableBuilder } from './table-builder.js';

it('a table of very many short rows ends at a number of cells', () => {
  const table = new TableBuilder(READING, 1000);
  const columns = table.begin('rows.csv', ['a', 'b'], 'line');
  const push = (line: number): void => {
    for (const column of columns) column.push('1');
    table.endRow(line);
  };
  for (let line = 2; line < 502; line += 1) push(line);
  expect(() => { push(502); }).toThrow('rows.csv: expected at most 1,000 cells in a table, found more after 501 rows of 2');
});

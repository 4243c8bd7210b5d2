import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BEST_ACCURACY, makeAttributeTable } from './attribute-table.js';

it.each([0.5, 0.8])('the table has the best rule that is said, with an agreement of %d', (agreement) => {
  const folder = mkdtempSync(join(tmpdir(), 'lethe-attributes-'));
  makeAttributeTable(folder, { rows: 20_000, agreement });
  const [header, ...lines] = readFileSync(join(folder, 'table.csv'), 'utf8').trim().split('\n');
  rmSync(folder, { recursive: true });
  expect(header).toBe('y,a,x1,x2,x3');
  const read = lines.map((line) => {
    const [y, a, ...x] = line.split(',');
    const [x1 = 0, x2 = 0, x3 = 0] = x.map(Number);
    return { y: y === 'yes', a: a === 'red', rule: x1 / 2 + (x3 - x2) > 0, x2 };
  });
  const share = (isSo: (row: (typeof read)[number]) => boolean): number => read.filter(isSo).length / read.length;
  expect(share(({ y, rule }) => y === rule)).toBeCloseTo(BEST_ACCURACY, 2);
  expect(share(({ a, x2 }) => a === x2 > 0)).toBeCloseTo(0.977, 2);
  expect(share(({ y, a }) => y === a)).toBeCloseTo(agreement, 2);
  // Of rows of one y, the rule says the same whatever a is.
  const yes = read.filter(({ y }) => y);
  const named = (isRed: boolean): number => {
    const own = yes.filter(({ a }) => a === isRed);
    return own.filter(({ rule }) => rule).length / own.length;
  };
  expect(Math.abs(named(true) - named(false))).toBeLessThan(0.02);
});

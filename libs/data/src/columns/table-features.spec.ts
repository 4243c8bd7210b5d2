import { createHash } from 'node:crypto';
import { READING } from '@lethe/config';
import { rawColumn } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { MISSING, type Attribute } from '../model/attributes.js';
import { readColumn } from './read-column.js';
import { TableFeatures } from './table-features.js';

function attribute(name: string, cells: readonly string[], kind: 'numeric' | 'categorical'): Attribute {
  const role = 'attribute';
  const read = readColumn({ column: rawColumn(name, cells), role, kind, reading: READING, whereOf: String });
  return read.attribute as Attribute;
}

const rowsOf = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, row) => row);

describe('TableFeatures', () => {
  it('gives the bits that it always gave', async () => {
    const cells = Array.from({ length: 200 }, (_, row) => [
      row % 11 === 0 ? '' : String(row * 0.37 - 3), String(((row * 7919) % 101) / 7), ['m', 'f', 'n', ''][row % 4] ?? '',
      ['10', '9', '1'][row % 3] ?? '', '3',
    ]);
    const kinds = ['numeric', 'numeric', 'categorical', 'categorical', 'numeric'] as const;
    const columns = kinds.map((kind, index) => attribute(String(index), cells.map((row) => row[index] ?? ''), kind));
    const features = new TableFeatures(columns, rowsOf(200).filter((row) => row % 3 !== 1).reverse());
    expect([features.shape.channels, features.count, features.values, await features.identity()]).toEqual([10, 200, 'floats', null]);
    const { inputs } = await features.read(0, 200);
    // Computed by the code of version 0.1, which kept all rows as text.
    expect(createHash('sha256').update(inputs).digest('hex')).toBe('9fbc89544630f674221d371cde13aa66d13a151f6375bec02fdb1eea9ce86ad4');
    expect((await features.read(50, 60)).inputs).toEqual(inputs.subarray(500, 600));
    expect(features.notes).toEqual([]);
  });

  it('is 0 for a category that no training row has, and marks what is missing', async () => {
    const sex: Attribute = { kind: 'category', name: 'sex', categories: ['f', 'm', 'n'], values: Uint32Array.of(0, 1, MISSING, 2) };
    const age: Attribute = { kind: 'number', name: 'age', values: Float64Array.of(1, 3, 2, Number.NaN) };
    const { inputs } = await new TableFeatures([sex, age], Uint32Array.of(0, 1, 2)).read(0, 4);
    const [low, high] = [expect.closeTo(-Math.sqrt(1.5), 5), expect.closeTo(Math.sqrt(1.5), 5)] as unknown[];
    expect([...inputs]).toEqual([1, 0, 0, low, 0, 1, 0, high, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  it('hashes many categories into 64 numbers, each its own, and says so', async () => {
    const categories = Array.from({ length: 1000 }, (_, index) => `site ${index}`);
    const site: Attribute = { kind: 'category', name: 'site', categories, values: rowsOf(1000) };
    const features = new TableFeatures([site], rowsOf(999));
    expect(features.shape.channels).toBe(64);
    expect(features.notes).toEqual([{ kind: 'notice', text: 'column site: its 1,000 categories are hashed into 64 numbers' }]);
    const { inputs } = await features.read(0, 1000);
    const codes = Array.from({ length: 1000 }, (_, row) => inputs.subarray(row * 64, row * 64 + 64));
    expect(new Set(codes.map((code) => code.join())).size).toBe(1000);
    // The last one is in no training row.
    expect(codes.map((code) => code.reduce((sum, value) => sum + value ** 2, 0))).toEqual([...new Array<number>(999).fill(1), 0]);
    // Stays over releases, or old runs could not be resumed.
    expect([...codes[0]?.subarray(0, 8) ?? []].map((value) => Math.sign(value)).join()).toBe('-1,-1,-1,-1,1,1,-1,1');
  });

  it('has a number for each of 256 categories', () => {
    const categories = Array.from({ length: 256 }, (_, index) => `${index}`);
    const features = new TableFeatures([{ kind: 'category', name: 'site', categories, values: rowsOf(256) }], rowsOf(256));
    expect([features.shape.channels, features.notes]).toEqual([256, []]);
  });

  it('takes a million rows and 10,000 categories by pieces', async () => {
    const count = 1_000_000;
    const categories = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
    const site: Attribute = { kind: 'category', name: 'site', categories, values: rowsOf(count).map((row) => row % 10_000) };
    const age: Attribute = { kind: 'number', name: 'age', values: Float64Array.from({ length: count }, (_, row) => row % 90) };
    const features = new TableFeatures([site, age], rowsOf(count));
    expect(features.shape.channels).toBe(65);
    const { inputs } = await features.read(999_000, count);
    expect([inputs.length, inputs[64]]).toEqual([65_000, expect.closeTo((0 - 44.5) / 25.979, 2)]);
  });

  it('can give the pieces of the range below a number, each of as many rows, whatever the largest are', async () => {
    const values = Float64Array.from({ length: 1700 }, (_, row) => (row < 100 ? row : row < 1600 ? 0 : 1e6 * row));
    values[3] = Number.NaN;
    const gain: Attribute = { kind: 'number', name: 'gain', values };
    const features = new TableFeatures([gain], rowsOf(1700), 'piecewise');
    const { inputs } = await features.read(0, 1700);
    const size = features.shape.channels;
    const rowAt = (row: number): number[] => [...inputs.subarray(row * size, (row + 1) * size)];
    const sum = (row: number): number => rowAt(row).reduce((total, value) => total + value, 0);
    expect(size).toBeGreaterThan(12);
    // No piece is below the least number; all of them are below the greatest; what is missing is marked in the last place.
    expect([sum(0), sum(1699), rowAt(3)]).toEqual([0, size - 1, [...new Array<number>(size - 1).fill(0), 1]]);
    for (let row = 10; row < 99; row += 10) expect(sum(row + 9)).toBeGreaterThan(sum(row) + 0.3);
  });
});

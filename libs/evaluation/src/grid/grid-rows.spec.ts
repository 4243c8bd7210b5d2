import { memoryDataset, MISSING, type DataSource, type ImageShape } from '@lethe/data';
import type { RunDescription } from '@lethe/graphs';
import { describe, expect, it } from 'vitest';
import { gridColumns } from './grid-columns.js';
import { gridRows } from './grid-rows.js';

type Described = Pick<RunDescription, 'objective' | 'facts' | 'config'>;

/** A game whose decoder is told so many attributes of two values: of 0 to 63, each example has the bits of its number as values. */
function game(attributes: number, shape: ImageShape = { height: 4, width: 4, channels: 3 }): { description: Described; data: DataSource } {
  const count = 64;
  const forgotten = Array.from({ length: attributes }, (_, attribute) => (
    // The last example is without its last value.
    Uint32Array.from({ length: count }, (_, example) => (attribute === 1 && example === 63 ? MISSING : (example >> attribute) % 2))
  ));
  const facts = {
    shape, forgotten: forgotten.map((_, attribute) => ({ name: `a${attribute}`, of: [`a${attribute}`], categories: ['no', 'yes'] })),
  };
  const images = new Uint8Array(count * shape.height * shape.width * shape.channels);
  const test = { ...memoryDataset({ shape, images, labels: new Uint32Array(count) }), forgotten };
  return {
    description: { facts, objective: { decode: () => undefined, redraw: null } } as unknown as Described,
    data: { facts, test } as unknown as DataSource,
  };
}

describe('the rows of a picture of attributes', () => {
  it('have every combination by turns', () => {
    const { description, data } = game(2);
    expect([...gridRows(description, data)].map((example) => example % 4).sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([...gridRows(description, data)]).not.toContain(63);
  });

  it.each([4, 5])('show both values of each of %i attributes as often, whose combinations are too many', (attributes) => {
    const { description, data } = game(attributes);
    const rows = [...gridRows(description, data)];
    expect(new Set(rows.map((example) => example % 2 ** attributes)).size).toBe(8);
    const shown = Array.from({ length: attributes }, (_, attribute) => rows.filter((example) => (example >> attribute) % 2 === 1).length);
    expect(shown).toEqual(shown.map(() => 4));
  });
});

describe('the columns of a picture', () => {
  it.each([
    ['a signal', { height: 64, width: 1, channels: 3 }], ['a row', { height: 1, width: 1, channels: 7 }],
    ['an image of five channels', { height: 8, width: 8, channels: 5 }],
  ])('are none of %s', (_, shape) => { expect(gridColumns(game(1, shape).description)).toBeNull(); });
});

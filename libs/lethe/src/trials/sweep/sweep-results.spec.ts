import { describe, expect, it } from 'vitest';
import { paretoFront } from './sweep-results.js';

describe('the front', () => {
  it('leaves out what another trial beats', () => {
    const points = [
      { x: 1, y: 4 },
      { x: 2, y: 2 },
      { x: 3, y: 3 },
      { x: 4, y: 1 },
      { x: 4, y: 1 },
    ];
    expect(paretoFront([{ x: Number.NaN, y: 0 }, ...points, { x: 0, y: Number.NaN }])).toEqual([
      { x: 1, y: 4 },
      { x: 2, y: 2 },
      { x: 4, y: 1 },
      { x: 4, y: 1 },
    ]);
  });
});

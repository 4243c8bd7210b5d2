import { describe, expect, it } from 'vitest';
import { grid, random } from './search-space.js';

describe('a search space', () => {
  const space = { 'objective.beta': { kind: 'values', values: [0.1, 0.2] }, seed: { kind: 'values', values: [1, 2, 3] } } as const;

  it('as a grid has every combination once', () => {
    expect(grid(space)).toEqual([0.1, 0.2].flatMap((beta) => [1, 2, 3].map((seed) => ({ 'objective.beta': beta, seed }))));
    expect(grid({})).toEqual([{}]);
  });

  it('at random stays within bounds, logarithmic where it can, and draws the same from a seed', () => {
    const drawn = random(
      {
        beta: { kind: 'range', low: 0.001, high: 1 },
        turns: { kind: 'range', low: 1, high: 8 },
        shift: { kind: 'range', low: -1.5, high: 1 },
      },
      400,
      3,
    );
    expect(drawn).toEqual(
      random(
        {
          beta: { kind: 'range', low: 0.001, high: 1 },
          turns: { kind: 'range', low: 1, high: 8 },
          shift: { kind: 'range', low: -1.5, high: 1 },
        },
        400,
        3,
      ),
    );
    const column = (name: string): number[] => drawn.map((assignment) => Number(assignment[name]));
    expect(column('beta').every((value) => value >= 0.001 && value <= 1)).toBe(true);
    expect(Math.abs(column('beta').filter((value) => value < 0.0316).length / 400 - 0.5)).toBeLessThan(0.1);
    expect(column('turns').every((value) => Number.isInteger(value) && value >= 1 && value <= 8)).toBe(true);
    expect(Math.min(...column('shift'))).toBeLessThan(-1);
  });
});

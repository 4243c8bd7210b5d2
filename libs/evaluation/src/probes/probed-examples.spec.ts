import { describe, expect, it } from 'vitest';
import { probedExamples } from './probed-examples.js';

const mixed = Int32Array.from({ length: 3000 }, (_, example) => (example * 7919) % 10);
const sorted = mixed.slice().sort();

describe('the examples that are probed', () => {
  it('are all where the bound allows it, and the first ones of mixed examples', () => {
    expect(probedExamples(sorted, 3000)).toEqual(Uint32Array.from(sorted.keys()));
    expect(probedExamples(mixed, 1000)).toEqual(Uint32Array.from({ length: 1000 }, (_, example) => example));
  });

  it('are of all classes where the examples are sorted by class, and always the same', () => {
    const chosen = probedExamples(sorted, 1000);
    expect(new Set(chosen).size).toBe(1000);
    expect([...chosen]).toEqual([...chosen].sort((a, b) => a - b));
    const counts = Array.from({ length: 10 }, (_, label) => chosen.filter((example) => sorted[example] === label).length);
    expect(Math.min(...counts)).toBeGreaterThan(75);
    expect(probedExamples(sorted, 1000)).toEqual(chosen);
  });
});

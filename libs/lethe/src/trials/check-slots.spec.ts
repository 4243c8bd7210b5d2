import { describe, expect, it } from 'vitest';
import { checkSlots } from './check-slots.js';

const trial = (workers: number, servers = 1, oversubscribe = false) => ({ workers, servers, oversubscribe });
const trials = [trial(1), trial(4), trial(2), trial(3)];

describe('trials at once', () => {
  it('have together no more workers than the machine has cores for: those that have most count', () => {
    expect(() => { checkSlots(trials, 2, 2); }).not.toThrow();
    expect(() => { checkSlots(trials, 3, 2); }).toThrow('--trials-at-once: expected at most 8 workers here, 4 for each of 2 cores (--oversubscribe allows more), found 9 in 3 trials at once');
    expect(() => { checkSlots(trials, 100, 3); }).not.toThrow();
    expect(() => { checkSlots(trials.map(({ workers }) => trial(workers, 1, true)), 100, 1); }).not.toThrow();
  });

  it('have together no more servers than that', () => {
    expect(() => { checkSlots([trial(1, 4), trial(1, 5)], 2, 2); }).toThrow('found 9 in 2 trials at once');
  });
});

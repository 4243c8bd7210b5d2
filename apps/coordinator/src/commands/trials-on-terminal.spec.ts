import type { Trial } from '@lethe/lethe';
import { describe, expect, it } from 'vitest';
import { exitCodeOfTrials } from './trials-on-terminal.js';

const ended = (states: readonly Trial['state'][], isInterrupted = false): number => {
  const trials = states.map((state, index): Trial => ({
    name: String(index),
    key: String(index),
    values: {},
    epochs: 1,
    state,
    attempts: 1,
    figures: {},
    message: '',
  }));
  return exitCodeOfTrials({ isInterrupted, trials });
};

describe('the exit code of several runs', () => {
  it.each<[Trial['state'][], number]>([
    [['completed', 'completed'], 0],
    [['completed', 'stopped', 'diverged'], 0],
    [['diverged', 'diverged'], 3],
    [['stopped', 'diverged'], 3],
    [['completed', 'diverged', 'failed'], 1],
    [['diverged', 'failed'], 1],
  ])('of which the states are %j: %i', (states, code) => {
    expect(ended(states)).toBe(code);
  });

  it('that were interrupted tells of that, whatever has ended before', () => {
    expect(ended(['failed', 'diverged', 'waiting'], true)).toBe(130);
  });
});

import { describe, expect, it } from 'vitest';
import { ProgressDeadline } from './progress-deadline.js';

const LIMITS = { leastMs: 500, mostMs: 60_000 };

/** After so many commits at this distance. */
function learnt(distanceMs: number, commits = 10): ProgressDeadline {
  const deadline = new ProgressDeadline(LIMITS);
  deadline.opened(0);
  for (let commit = 1; commit <= commits; commit += 1) deadline.committed(commit * distanceMs, 1);
  return deadline;
}

describe('the deadline of progress', () => {
  it('is twenty usual steps, between its limits; as long as nothing is known, the upper one', () => {
    expect(new ProgressDeadline(LIMITS).limitMs).toBe(60_000);
    expect(learnt(100).limitMs).toBe(2000);
    expect(learnt(1).limitMs).toBe(500);
    expect(learnt(10_000).limitMs).toBe(60_000);
  });

  it('runs from the last commit or deal, and not while nothing is open', () => {
    const deadline = learnt(100);
    expect([deadline.isLate(2999), deadline.isLate(3001)]).toEqual([false, true]);
    deadline.dealt(3001);
    expect([deadline.isLate(5000), deadline.isLate(5002)]).toEqual([false, true]);
    expect([deadline.isStuck(61_000), deadline.isStuck(61_001)]).toEqual([false, true]);
    deadline.wait(61_001);
    expect([deadline.isLate(63_000), deadline.isStuck(63_000)]).toEqual([false, false]);
    deadline.committed(63_000, 0);
    expect(deadline.isLate(1e9)).toBe(false);
    deadline.opened(1e9);
    expect([deadline.isLate(1e9 + 1999), deadline.isLate(1e9 + 2001)]).toEqual([false, true]);
    deadline.clear();
    expect(deadline.isLate(2e9)).toBe(false);
  });
});

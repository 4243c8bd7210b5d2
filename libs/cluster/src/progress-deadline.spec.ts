import { describe, expect, it } from 'vitest';
import { ProgressDeadline } from './progress-deadline.js';

const BOUNDS = { leastMs: 500, mostMs: 60_000 };

/** The deadline after `commits` commits at this distance. */
function learned(distanceMs: number, commits = 10): ProgressDeadline {
  const deadline = new ProgressDeadline(BOUNDS);
  deadline.opened(0);
  for (let commit = 1; commit <= commits; commit += 1) deadline.committed(commit * distanceMs, 1);
  return deadline;
}

describe('the deadline of progress', () => {
  it('is twenty usual steps, between its bounds; the upper one until a step has been committed', () => {
    expect(new ProgressDeadline(BOUNDS).limitMs).toBe(60_000);
    expect(learned(100).limitMs).toBe(2000);
    expect(learned(1).limitMs).toBe(500);
    expect(learned(10_000).limitMs).toBe(60_000);
  });

  it('runs from the last commit or assignment, and not while no step is open', () => {
    const deadline = learned(100);
    expect([deadline.isLate(2999), deadline.isLate(3001)]).toEqual([false, true]);
    deadline.reassigned(3001);
    expect([deadline.isLate(5000), deadline.isLate(5002)]).toEqual([false, true]);
    expect([deadline.isStuck(61_000), deadline.isStuck(61_001)]).toEqual([false, true]);
    deadline.restart(61_001);
    expect([deadline.isLate(63_000), deadline.isStuck(63_000)]).toEqual([false, false]);
    deadline.committed(63_000, 0);
    expect(deadline.isLate(1e9)).toBe(false);
    deadline.opened(1e9);
    expect([deadline.isLate(1e9 + 1999), deadline.isLate(1e9 + 2001)]).toEqual([false, true]);
    deadline.clear();
    expect(deadline.isLate(2e9)).toBe(false);
  });
});

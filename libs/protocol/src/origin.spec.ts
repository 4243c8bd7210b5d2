import { describe, expect, it } from 'vitest';
import type { Origin } from './messages.js';
import { checkOrigin, newIncarnation } from './origin.js';

const ORIGIN: Origin = { runId: 'run-7', epoch: 3, sender: 'worker-1', incarnation: 'first-life' };

describe('checkOrigin', () => {
  it('lets through what belongs here and checks only what is known', () => {
    expect(checkOrigin(ORIGIN, { runId: 'run-7', epoch: 3, incarnation: 'first-life' })).toBeNull();
    expect(checkOrigin(ORIGIN, { runId: 'run-7' })).toBeNull();
  });

  it('refuses another run, another epoch and an earlier life, naming both sides', () => {
    expect(checkOrigin(ORIGIN, { runId: 'run-8' })).toStrictEqual({
      code: 'RUN_UNKNOWN',
      message: '"worker-1" speaks of run "run-7", which is another one',
    });
    expect(checkOrigin(ORIGIN, { runId: 'run-7', epoch: 4 })?.code).toBe('EPOCH_STALE');
    expect(checkOrigin(ORIGIN, { runId: 'run-7', incarnation: 'second-life' })?.code).toBe('INCARNATION_STALE');
  });
});

describe('newIncarnation', () => {
  it('is never the same twice', () => {
    expect(newIncarnation()).not.toBe(newIncarnation());
  });
});

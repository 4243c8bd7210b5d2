import { describe, expect, it } from 'vitest';
import { LetheError, type ErrorCode } from '@lethe/errors';
import { exitCodeOf } from './exit-codes.js';

describe('exitCodeOf', () => {
  it.each<[ErrorCode, number]>([
    ['CONFIG_INVALID', 2],
    ['DATA_MISSING', 2],
    ['DATA_TOO_LARGE', 2],
    ['RUN_EXISTS', 2],
    ['DEVICE_PLAN_INVALID', 2],
    ['GAME_INVALID', 2],
    ['GRADIENT_NOT_FINITE', 3],
    ['RUN_DIVERGED', 3],
    ['PROCESS_DIED', 1],
    ['CHECKPOINT_INVALID', 1],
    ['INTERRUPTED', 130],
  ])('%s: %i', (code, exitCode) => {
    expect(exitCodeOf(new LetheError(code, 'x'))).toBe(exitCode);
  });

  it.each([new Error('a bug'), 'text', undefined])('anything else: 1', (error) => {
    expect(exitCodeOf(error)).toBe(1);
  });
});

import { errorCode, type ErrorCode, type LetheError } from '@lethe/errors';

/** What the process's exit code means; `lethe --help` lists them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, diverged: 3, interrupted: 130 } as const;

/** Failures of what the user asked for, found before anything is learnt. */
const USAGE: ReadonlySet<ErrorCode> = new Set([
  'CODE_INVALID',
  'CODE_MISSING',
  'CODE_REFUSED',
  'CONFIG_INVALID',
  'GAME_INVALID',
  'DATA_INVALID',
  'DATA_MISSING',
  'DATA_TOO_LARGE',
  'RUN_EXISTS',
  'RUN_INVALID',
  'RUN_MISSING',
  'CHECKPOINT_MISMATCH',
  'DEVICE_PLAN_INVALID',
  'TRACE_FOREIGN_TENSOR',
  'TRACE_RANDOMNESS',
  'TRACE_VALUE_READ',
  'ADDRESS_INVALID',
  'ADDRESS_INSECURE',
]);

/** Whether an error says that the game itself has gone wrong. */
export function isDivergence(error: unknown): error is LetheError {
  const code = errorCode(error);
  return code === 'GRADIENT_NOT_FINITE' || code === 'RUN_DIVERGED';
}

/** The exit code of a process that ends with this error. */
export function exitCodeOf(error: unknown): number {
  const code = errorCode(error);
  if (code === 'INTERRUPTED') return EXIT.interrupted;
  if (isDivergence(error)) return EXIT.diverged;
  return code !== undefined && USAGE.has(code) ? EXIT.usage : EXIT.failed;
}

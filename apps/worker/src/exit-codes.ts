import { errorCode, LetheError } from '@lethe/errors';

/** What a worker's exit code means; `lethe worker --help` lists them. */
const EXIT = { failed: 1, usage: 2, thrownOut: 4, orphaned: 5 } as const;

/** The exit code that tells of an error. @param isTyped whether somebody typed what this process is to do */
export function exitCodeOf(error: unknown, isTyped: boolean): number {
  if (isMistyped(error, isTyped)) return EXIT.usage;
  const ending = error instanceof LetheError ? error.details['ending'] : undefined;
  if (ending === 'orphaned') return EXIT.orphaned;
  return ending === 'thrown out' || errorCode(error) === 'PEER_UNAUTHORISED' ? EXIT.thrownOut : EXIT.failed;
}

/** Whether something asked for is wrong, and nothing was started. */
export function isMistyped(error: unknown, isTyped: boolean): boolean {
  const code = errorCode(error);
  return isTyped && (code === 'CONFIG_INVALID' || code === 'DEVICE_PLAN_INVALID');
}

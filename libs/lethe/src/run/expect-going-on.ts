import { LetheError } from '@lethe/errors';

/** Why the signal was aborted, in words: its reason, if that is an error of this kind. */
export function interruptionOf(signal: AbortSignal | undefined): LetheError {
  const reason: unknown = signal?.reason;
  if (reason instanceof LetheError && reason.code === 'INTERRUPTED') return reason;
  return new LetheError('INTERRUPTED', 'stopped by the signal that was given to it', { cause: reason });
}

/** @throws LetheError INTERRUPTED */
export function expectGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interruptionOf(signal);
}

import { LetheError } from '@lethe/errors';

/** A set-up failure whose message ends with what the user can do about it. */
export function setupError(
  message: string,
  context: { cause?: unknown; details?: Record<string, unknown> } = {},
): LetheError {
  return new LetheError('ENGINE_SETUP_FAILED', message, context);
}

/** Turns the system's errors that a user can act on into set-up errors, and passes on the rest. */
export function explainSystemError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder, error);
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || code === 'EEXIST') {
    return setupError(
      `Cannot write to ${folder}. Set LETHE_CACHE to a folder that you may write to.`,
      { cause: error, details: { folder } },
    );
  }
  return error;
}

/** The disk filled up although there seemed to be room. */
export function diskFull(folder: string, cause: unknown): LetheError {
  return setupError(
    `The disk that holds ${folder} is full. Free some space, or set LETHE_CACHE to a folder on a larger disk.`,
    { cause, details: { folder } },
  );
}

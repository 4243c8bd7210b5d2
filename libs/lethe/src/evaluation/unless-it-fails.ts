import { errorCode, errorMessage } from '@lethe/errors';

/** What ends all measuring, or begins it anew: an interruption, and a server that is lost. */
const OF_ALL: readonly (string | undefined)[] = ['INTERRUPTED', 'SERVER_LOST'];

/**
 * What a part of the measuring gives without which the rest is worth as much: if it fails, that is said, and the rest goes on.
 * @param what "redrawing test examples"
 * @returns null if it failed
 * @throws LetheError INTERRUPTED, SERVER_LOST
 */
export async function unlessItFails<Result>(
  what: string, begin: () => Promise<Result>, onNotice: (line: string) => void,
): Promise<Result | null> {
  try {
    return await begin();
  } catch (error) {
    if (OF_ALL.includes(errorCode(error))) throw error;
    onNotice(`warning: ${what} failed, and everything else is measured: ${errorMessage(error)}`);
    return null;
  }
}

import { LetheError } from '@lethe/errors';

/** What a game declares or computes wrong. @param where in it: "phase features", "groups" */
export function gameError(game: string, where: string, expected: string, found: string): LetheError {
  return new LetheError('GAME_INVALID', `game ${game}, ${where}: expected ${expected}, found ${found}`);
}

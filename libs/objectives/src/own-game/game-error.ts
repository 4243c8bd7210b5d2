import { LetheError } from '@lethe/errors';

/** What a game declares or computes wrong. @param where in it: "phase features", "groups" */
export function gameError(game: string, where: string, expected: string, found: string): LetheError {
  return new LetheError('GAME_INVALID', `game ${game}, ${where}: expected ${expected}, found ${found}`);
}

/** What a value is, for messages: "a list", "null", "a string". */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Promise) return 'a promise; it cannot be async';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

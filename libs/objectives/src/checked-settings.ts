import { LetheError } from '@lethe/errors';
import type { z } from 'zod';

/**
 * Settings as a game's schema wants them, defaults filled in.
 * @throws LetheError CONFIG_INVALID naming every setting that is wrong
 */
export function checkedSettings<Schema extends z.ZodObject>(game: string, schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${['objective', ...path].map(String).join('.')}: ${message}`);
  throw new LetheError('CONFIG_INVALID', `settings of the game ${game}: ${problems.join('; ')}`);
}

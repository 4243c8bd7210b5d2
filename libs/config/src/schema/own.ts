import { z } from 'zod';
import { optimizerSchema } from './optimizer.js';

/** SHA-256 (hex) of the text of a module's bundle. */
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * A game that a module of the user defines, or one of the list of built-in games. The game's own settings lie beside these and are checked
 * by the game's schema, where its code is loaded.
 */
export const ownSchema = z.looseObject({
  kind: z.literal('own'),
  /** Its name, as the module has it. */
  game: z.string().min(1),
  /** Which code defines it; null: it is a built-in game. */
  code: z.string().regex(SHA256, { error: 'the SHA-256 of a module (--game ./game.ts)' }).nullable(),
  optimizers: z.record(z.string(), optimizerSchema),
});

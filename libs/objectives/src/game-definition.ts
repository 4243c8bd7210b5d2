import type { OptimizerConfig } from '@lethe/config';
import type { z } from 'zod';
import type { GameFacts } from './game-facts.js';
import type { Objective } from './objective.js';

/** Marks a definition, and tells games from other modules. */
export const GAME_KIND = 'lethe-game';

/** A game that can be played: what `defineGame` returns, and what every built-in game is. */
export interface GameDefinition {
  readonly kind: typeof GAME_KIND;
  readonly name: string;
  /** Of the game's own settings. */
  readonly settings: z.ZodObject;
  /** Of every network that the game may have, by name, unless a run says otherwise. */
  readonly optimizers: Readonly<Record<string, OptimizerConfig>>;
  /** Figures that a run can watch, the usual one first. */
  readonly figures: readonly string[];
  /**
   * The game of a run as data.
   * @param settings those of the game, checked here
   * @throws LetheError CONFIG_INVALID for settings that the game refuses, GAME_INVALID for what the game declares wrong
   */
  play(settings: unknown, facts: GameFacts): Objective;
}

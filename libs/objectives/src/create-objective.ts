import type { ObjectiveConfig } from '@lethe/config';
import { entryOf } from '@lethe/errors';
import type { GameFacts } from './game-facts.js';
import { GAMES } from './games.js';
import type { Objective } from './objective.js';

/** The game that a configuration names. @throws LetheError CONFIG_INVALID for settings that the game refuses with these data */
export function createObjective({ kind, optimizers: _, ...settings }: ObjectiveConfig, facts: GameFacts): Objective {
  return entryOf(GAMES, kind, 'the list of games').play(settings, facts);
}

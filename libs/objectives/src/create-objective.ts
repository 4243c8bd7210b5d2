import { definitionOf, withoutChance } from '@lethe/code';
import type { ObjectiveConfig } from '@lethe/config';
import { LetheError } from '@lethe/errors';
import type { GameDefinition } from './game-definition.js';
import type { GameFacts } from './game-facts.js';
import { GAMES } from './games.js';
import type { Objective } from './objective.js';

/**
 * The game that a configuration names, for the facts of its data.
 * @throws LetheError CONFIG_INVALID for settings that the game refuses with these data and for a built-in game that is not there,
 * CODE_MISSING if its code is not loaded, GAME_INVALID for what an own game declares wrong, TRACE_RANDOMNESS if one asks for random numbers
 * of JavaScript or for the time
 */
export function createObjective(config: ObjectiveConfig, facts: GameFacts): Objective {
  if (config.kind === 'own') {
    const { kind: _, game, code, optimizers: __, ...settings } = config;
    // What code exports as a game is what `defineGame` returns: loading it has checked that.
    const definition = code === null ? builtIn(game) : (definitionOf(code) as unknown as GameDefinition);
    return code === null ? definition.play(settings, facts) : playedPurely(code, () => definition.play(settings, facts));
  }
  const { kind, optimizers: _, ...settings } = config;
  return builtIn(kind).play(settings, facts);
}

/** A game of a user, which every process of a run makes by itself. */
function playedPurely(code: string, play: () => Objective): Objective {
  const objective = withoutChance(code, play);
  return {
    ...objective,
    scalars: (round) => withoutChance(code, () => objective.scalars(round)),
    freshStarts: objective.freshStarts.map(({ network, begins }) => (
      { network, begins: (round) => withoutChance(code, () => begins(round)) }
    )),
  };
}

function builtIn(name: string): GameDefinition {
  const game = GAMES.get(name);
  if (game !== undefined) return game;
  throw new LetheError('CONFIG_INVALID', `objective.game: expected a built-in game (${[...GAMES.keys()].join(', ')}), found ${name}`);
}

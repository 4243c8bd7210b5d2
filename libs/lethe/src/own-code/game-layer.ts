import { definitionOf } from '@lethe/code';
import { defaultsOf, valueAt, type ConfigLayer, type Tree } from '@lethe/config';
import { GAMES, type GameDefinition } from '@lethe/objectives';
import { CODE_OF_GAME } from './with-own-code.js';

/** The recipe whose data, length and measuring an own game has unless another one of one population is named. */
const RECIPE = 'keep-and-forget';

/**
 * The layers of a new run, with what an own game that they name brings below them: its settings' defaults, its optimisers, its first
 * figure to watch.
 */
export function withGame(layers: readonly ConfigLayer[]): ConfigLayer[] {
  const named = layers.findLast(({ values }) => valueAt(values, CODE_OF_GAME) !== undefined);
  if (named === undefined) return [...layers];
  const code = valueAt(named.values, CODE_OF_GAME);
  const game = typeof code === 'string' ? (definitionOf(code) as unknown as GameDefinition) : builtIn(layers);
  if (game === undefined) return [...layers];
  const values: Tree = {
    recipe: RECIPE,
    objective: { kind: 'own', game: game.name, code, optimizers: game.optimizers, ...defaultsOf(game) },
    monitor: game.figures[0],
  };
  return [{ source: 'file', values, label: (path) => path }, ...layers];
}

function builtIn(layers: readonly ConfigLayer[]): GameDefinition | undefined {
  const name = layers.map(({ values }) => valueAt(values, 'objective.game')).findLast((one) => one !== undefined);
  return typeof name === 'string' ? GAMES.get(name) : undefined;
}

import { didYouMean } from '../did-you-mean.js';
import { problemsError, shown } from '../problem.js';
import type { RunConfig } from '../run-config.js';
import type { Machine } from '../worker-plan.js';
import { articleRecipe } from './article.js';
import { forgetRecipe } from './forget.js';
import { quickRecipe } from './quick.js';

export type Recipe = (machine: Machine) => RunConfig;

const RECIPES: ReadonlyMap<string, Recipe> = new Map([['quick', quickRecipe], ['forget', forgetRecipe], ['article', articleRecipe]]);

export const DEFAULT_RECIPE = 'quick';
export const RECIPE_NAMES: readonly string[] = [...RECIPES.keys()];

/** The recipe of that name. @throws LetheError CONFIG_INVALID naming the known ones */
export function findRecipe(name: unknown, where = 'recipe'): Recipe {
  const recipe = typeof name === 'string' ? RECIPES.get(name) : undefined;
  if (recipe !== undefined) return recipe;
  const meant = typeof name === 'string' ? didYouMean(name, RECIPE_NAMES) : undefined;
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw problemsError([{ where, expected: `a recipe (${RECIPE_NAMES.join(', ')})`, found: `${shown(name)}${hint}` }]);
}

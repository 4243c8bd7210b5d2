import { readdirSync } from 'node:fs';
import { didYouMean } from '../did-you-mean.js';
import { problemsError, shown } from '../problem.js';
import type { RunConfig } from '../run-config.js';
import type { Machine } from '../worker-plan.js';

/** A complete configuration that a user can start from. */
export type Recipe = (machine: Machine) => RunConfig;

export const DEFAULT_RECIPE = 'quick';

/** Every file beside this one is a recipe of its name: what is added to the folder can be asked for. */
const FILE = /^[a-z0-9-]+\.[jt]s$/;
const files = readdirSync(import.meta.dirname).filter((file) => FILE.test(file) && !file.startsWith('index.'));
const loaded = files.map(async (file) => {
  const { recipe } = (await import(/* @vite-ignore */ `./${file}`)) as { recipe: Recipe };
  return [file.slice(0, file.lastIndexOf('.')), recipe] as const;
});
const RECIPES: ReadonlyMap<string, Recipe> = new Map(await Promise.all(loaded));

export const RECIPE_NAMES: readonly string[] = [DEFAULT_RECIPE, ...[...RECIPES.keys()].filter((name) => name !== DEFAULT_RECIPE).sort()];

/** The recipe of that name. @throws LetheError CONFIG_INVALID naming the known ones */
export function findRecipe(name: unknown, where = 'recipe'): Recipe {
  const recipe = typeof name === 'string' ? RECIPES.get(name) : undefined;
  if (recipe !== undefined) return recipe;
  const meant = typeof name === 'string' ? didYouMean(name, RECIPE_NAMES) : undefined;
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw problemsError([{ where, expected: `a recipe (${RECIPE_NAMES.join(', ')})`, found: `${shown(name)}${hint}` }]);
}

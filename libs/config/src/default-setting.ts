import { isDeepStrictEqual } from 'node:util';
import { EVERY_NETWORK, isTree, valueAt } from './layer.js';
import { DEFAULT_RECIPE, findRecipe, RECIPE_NAMES } from './recipes/index.js';
import type { RunConfig } from './run-config.js';

/** What a setting is where nobody gives it. */
export interface DefaultSetting {
  /** Of the default recipe; undefined: it has no such setting, or another one for each network. */
  readonly value: unknown;
  /** Whether another recipe says something else. */
  readonly isOfRecipe: boolean;
}

/** Stands for any machine: what depends on it (workers, the engine) is no part of a recipe. */
const SOME_MACHINE = { cores: 1, gpus: 0, engine: 'native' } as const;

/** The value that recipes give to a setting. @param path dotted; `*` stands for every network */
export function defaultSetting(path: string): DefaultSetting {
  const value = settingOf(DEFAULT_RECIPE, path);
  const others = RECIPE_NAMES.map((name) => settingOf(name, path)).filter((other) => other !== undefined);
  return { value, isOfRecipe: others.some((other) => !isDeepStrictEqual(other, value)) };
}

/** Every flag asks for a setting of every recipe. */
const configs = new Map<string, RunConfig>();

function configOf(recipe: string): RunConfig {
  const config = configs.get(recipe) ?? findRecipe(recipe)(SOME_MACHINE);
  configs.set(recipe, config);
  return config;
}

function settingOf(recipe: string, path: string): unknown {
  const config = configOf(recipe);
  const [networks = '', setting] = path.split(`.${EVERY_NETWORK}.`);
  if (setting === undefined) return valueAt(config, path);
  const trees = valueAt(config, networks);
  const [first, ...rest] = isTree(trees) ? Object.values(trees).map((network) => valueAt(network, setting)) : [];
  return rest.every((other) => isDeepStrictEqual(other, first)) ? first : undefined;
}

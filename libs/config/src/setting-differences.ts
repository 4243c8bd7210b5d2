import { isDeepStrictEqual } from 'node:util';
import { EVERY_NETWORK, leaves, OPTIMIZERS, valueAt, type Tree } from './layer.js';
import { findRecipe, RECIPE_NAMES } from './recipes/index.js';
import { hasPartInResult } from './resume-overrides.js';
import type { RunConfig } from './run-config.js';

/** A setting in which configurations differ. */
export interface SettingDifference {
  /** Dotted; `objective.optimizers.*.` stands for every network, where all differ alike. */
  readonly path: string;
  /** Of each configuration, in their order; undefined: it has no such setting, as its game has none. */
  readonly values: readonly unknown[];
  /**
   * `recipe`: each configuration has what its recipe says; `free`: the setting has no part in the result; `chosen`: any other, which
   * somebody chose or which was fitted to the data.
   */
  readonly origin: 'chosen' | 'recipe' | 'free';
}

/** Stands for any machine: what depends on it (workers, the engine) is no part of a recipe. */
const SOME_MACHINE = { cores: 1, gpus: 0, engine: 'native' } as const;

/** The settings in which configurations differ, in the order of the first one's. */
export function settingDifferences(configs: readonly RunConfig[]): SettingDifference[] {
  const recipes = configs.map(({ recipe }) => (RECIPE_NAMES.includes(recipe) ? findRecipe(recipe)(SOME_MACHINE) : null));
  const paths = new Set(configs.flatMap((config) => leaves(config).map(([path]) => path)));
  const found = [...paths].flatMap((path): SettingDifference[] => {
    const values = configs.map((config) => valueAt(config, path));
    if (values.every((value) => isDeepStrictEqual(value, values[0]))) return [];
    const isOfRecipes = recipes.every((recipe, index) => recipe !== null && isDeepStrictEqual(valueAt(recipe, path), values[index]));
    return [{ path, values, origin: !hasPartInResult(path) ? 'free' : isOfRecipes && path !== 'recipe' ? 'recipe' : 'chosen' }];
  });
  return foldNetworks(found, configs);
}

/** One difference in place of those of all networks, where they are the same. */
function foldNetworks(found: readonly SettingDifference[], configs: readonly RunConfig[]): SettingDifference[] {
  const networks = new Set(configs.flatMap((config) => Object.keys(valueAt(config, OPTIMIZERS) as Tree)));
  const alike = (one: SettingDifference): SettingDifference[] => found.filter((other) => (
    settingOfNetwork(other.path) === settingOfNetwork(one.path) && isDeepStrictEqual(other.values, one.values)
  ));
  const folded = found.map((one) => {
    const setting = settingOfNetwork(one.path);
    return setting !== null && networks.size > 1 && alike(one).length === networks.size
      ? { ...one, path: `${OPTIMIZERS}.${EVERY_NETWORK}.${setting}` }
      : one;
  });
  return folded.filter(({ path }, index) => folded.findIndex((other) => other.path === path) === index);
}

/** `learningRate` of `objective.optimizers.encoder.learningRate`; null for a setting that is none of a network's optimiser. */
function settingOfNetwork(path: string): string | null {
  return path.startsWith(`${OPTIMIZERS}.`) ? path.split('.').slice(3).join('.') : null;
}

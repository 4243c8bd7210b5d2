import { applyLayer, originsOf } from './apply-layer.js';
import { compileConfig, type CompiledConfig } from './compile-config.js';
import { rulesOfKind } from './data-kinds.js';
import { labelOf, valueAt, withValue, type ConfigLayer, type Origins, type Tree } from './layer.js';
import { problemsError } from './problem.js';
import { DEFAULT_RECIPE, findRecipe, RECIPE_NAMES, type Recipe } from './recipes/index.js';
import { processProblems, type Machine } from './worker-plan.js';

/** By default there are no more workers than shards, however many cores the machine has. */
function capDefaultWorkers(merged: Tree, isGiven: boolean): Tree {
  const workers = valueAt(merged, 'cluster.workers');
  const shards = merged['shards'];
  if (isGiven || typeof workers !== 'number' || typeof shards !== 'number' || workers <= shards || shards < 1) return merged;
  const values = { cluster: { workers: Math.floor(shards) } };
  return applyLayer(merged, { source: 'file', values, label: (path) => path });
}

/** Figures and pictures of parts that the game does not have are neither watched nor drawn, unless somebody asks for them. */
function withoutMissingParts(merged: Tree, isGiven: (path: string) => boolean): Tree {
  if (valueAt(merged, 'objective.kind') === 'own') return isGiven('grid') ? merged : withValue(merged, 'grid', false);
  const [rebuilds, monitor] = [valueAt(merged, 'objective.rebuild'), merged['monitor']];
  const keeps = valueAt(merged, 'data.keep');
  const isWatchable = (monitor !== 'reconstruction_mse' || rebuilds !== false) &&
    (typeof monitor !== 'string' || !monitor.startsWith('kept_') || (Array.isArray(keeps) && keeps.length > 0));
  const usual = rebuilds === false ? 'kept_loss' : 'reconstruction_mse';
  const watched = isWatchable || isGiven('monitor') ? merged : withValue(merged, 'monitor', usual);
  const forgets = valueAt(merged, 'data.forget');
  const isRedrawn = rebuilds !== false && (!Array.isArray(forgets) || forgets.join() === 'label');
  return isRedrawn || isGiven('grid') ? watched : withValue(watched, 'grid', false);
}

/** The settings of the data of the recipe that the layers name. @throws LetheError CONFIG_INVALID for an unknown recipe */
export function dataOfRecipe(machine: Machine, layers: readonly ConfigLayer[]): unknown {
  return recipeOf(layers, originsOf(layers))(machine).data;
}

/** Whether the recipe of that name reads what comes with Lethe or is made, and no folder. False for a name that no recipe has. */
export function bringsItsData(recipe: unknown): boolean {
  if (!RECIPE_NAMES.some((name) => name === recipe)) return false;
  const { data } = findRecipe(recipe)({ cores: 1, gpus: 0, engine: 'wasm' });
  return rulesOfKind(data.kind).folder === 'none';
}

/** The recipe of the last layer that names one. */
function recipeOf(layers: readonly ConfigLayer[], origins: Origins): Recipe {
  const named = layers.map(({ values }) => values['recipe']).findLast((recipe) => recipe !== undefined);
  return findRecipe(named ?? DEFAULT_RECIPE, labelOf(origins, 'recipe'));
}

/**
 * The configuration of a new run: its recipe, overlaid by the layers in order (configuration file, then flags).
 * The recipe is the last one that a layer names.
 * @throws LetheError CONFIG_INVALID, also for more processes than this machine has cores for
 */
export function mergeConfig(machine: Machine, layers: readonly ConfigLayer[]): CompiledConfig {
  const origins = originsOf(layers);
  const base: Tree = recipeOf(layers, origins)(machine);
  const merged = layers.reduce(applyLayer, base);
  const played = withoutMissingParts(merged, (path) => origins.has(path));
  const complete = capDefaultWorkers(withValue(played, 'recipe', base['recipe']), origins.has('cluster.workers'));
  const compiled = compileConfig(complete, origins);
  const problems = processProblems(compiled.config.cluster, machine.cores, (path) => labelOf(origins, path));
  if (problems.length > 0) throw problemsError(problems);
  return compiled;
}

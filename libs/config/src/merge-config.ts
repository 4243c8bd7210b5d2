import { applyLayer, originsOf } from './apply-layer.js';
import { compileConfig, type CompiledConfig } from './compile-config.js';
import { labelOf, valueAt, withValue, type ConfigLayer, type Origins, type Tree } from './layer.js';
import { problemsError } from './problem.js';
import { DEFAULT_RECIPE, findRecipe, type Recipe } from './recipes/index.js';
import { processProblems, type Machine } from './worker-plan.js';

/** By default there are no more workers than shards, however many cores the machine has. */
function capDefaultWorkers(merged: Tree, isGiven: boolean): Tree {
  const workers = valueAt(merged, 'cluster.workers');
  const shards = merged['shards'];
  if (isGiven || typeof workers !== 'number' || typeof shards !== 'number' || workers <= shards || shards < 1) return merged;
  const values = { cluster: { workers: Math.floor(shards) } };
  return applyLayer(merged, { source: 'file', values, label: (path) => path });
}

/** The kind of data that the layers name, else that of their recipe. @throws LetheError CONFIG_INVALID for an unknown recipe */
export function dataKindOfLayers(machine: Machine, layers: readonly ConfigLayer[]): unknown {
  const said = layers.map(({ values }) => valueAt(values, 'data.kind')).findLast((kind) => kind !== undefined);
  return said ?? recipeOf(layers, originsOf(layers))(machine).data.kind;
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
  const complete = capDefaultWorkers(withValue(merged, 'recipe', base['recipe']), origins.has('cluster.workers'));
  const compiled = compileConfig(complete, origins);
  const problems = processProblems(compiled.config.cluster, machine.cores, (path) => labelOf(origins, path));
  if (problems.length > 0) throw problemsError(problems);
  return compiled;
}

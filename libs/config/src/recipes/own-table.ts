import type { AdaptationConfig } from '../adaptation-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as hospitals } from './hospitals.js';

/**
 * A table in the data folder (table.csv, .tsv, .parquet and the like, or several of one header) with a column `domain`, a column `label`
 * that may be empty, and any others. A column is read as numbers if all of its cells are numbers, else as categories; an empty cell, or
 * a word like NA, is a missing value. With `features.npy`, `.npz` or `.safetensors` beside it, those vectors are the inputs instead of
 * the columns. The labels of the other domains are learnt for the domain that `--target` names.
 */
export function recipe(machine: Machine): AdaptationConfig {
  const config = hospitals(machine);
  const from = [{
    kind: 'table' as const, files: null, names: null,
    domainColumn: 'domain', labelColumn: 'label', columns: null, classes: null, categories: null,
  }];
  return { ...config, recipe: 'own-table', data: { ...config.data, domains: { from, target: null, sources: null, training: 'each' } } };
}

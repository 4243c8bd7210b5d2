import type { AdaptationConfig } from '../adaptation-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as hospitals } from './hospitals.js';

/**
 * A table.csv in the data folder with a column `domain`, a column `label` that may be empty, and any others. A column is read as numbers
 * if all of its cells are numbers, else as categories. An empty cell is a missing value. The labels of the other domains are learnt for
 * the domain that `--target` names.
 */
export function recipe(machine: Machine): AdaptationConfig {
  const config = hospitals(machine);
  const from = [{
    kind: 'table' as const, files: [{ file: 'table.csv', domain: null }],
    domainColumn: 'domain', labelColumn: 'label', columns: null, classes: null,
  }];
  return { ...config, recipe: 'own-table', data: { ...config.data, domains: { from, target: 'target', sources: null, training: 'each' } } };
}

import type { ForgettingConfig } from '../recipe-parts.js';
import type { TableConfig } from '../schema/data.js';
import type { Machine } from '../worker-plan.js';
import { CATEGORICAL, HOSPITALS, NUMERIC } from './hospitals.js';
import { recipe as keepAndForget } from './keep-and-forget.js';

/**
 * UCI Heart Disease of four hospitals, all of them with labels: keeps the diagnosis and forgets the hospital. The data folder holds
 * `heart_disease` with a table for each hospital. A third is for testing.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const config = keepAndForget(machine);
  const table: TableConfig = {
    files: HOSPITALS.map((domain) => ({ file: `heart_disease/processed.${domain}.data`, domain, split: null })),
    names: null,
    domainColumn: null,
    labelColumn: 'target',
    columns: Object.fromEntries([
      ...NUMERIC.map((name) => [name, 'numeric'] as const),
      ...CATEGORICAL.map((name) => [name, 'categorical'] as const),
    ]),
    classes: { healthy: ['0'], disease: ['1', '2', '3', '4'] },
    categories: null,
  };
  return {
    ...config,
    recipe: 'alike-hospitals',
    data: { ...config.data, heldOut: 0, table, keep: ['target'], forget: ['domain'] },
    // With so few rows, dropout is worth four points of AUROC, and hiding with the usual weight costs more than one.
    objective: { ...config.objective, encoderDropout: 0.3, beta: 0.5 },
    batchSize: 64,
    shards: 1,
    epochs: 30,
  };
}

import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { HEART_DISEASE } from './hospitals.js';
import { recipe as keepAndForget } from './keep-and-forget.js';

/**
 * UCI Heart Disease of four hospitals, all of them with labels: keeps the diagnosis and forgets the hospital. The data folder holds
 * `heart_disease` with a table for each hospital. A third is for testing.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const config = keepAndForget(machine);
  return {
    ...config,
    recipe: 'alike-hospitals',
    data: { ...config.data, heldOut: 0, table: HEART_DISEASE, keep: ['target'], forget: ['domain'] },
    // With so few rows, dropout is worth four points of AUROC, and hiding with the usual weight costs more than one.
    objective: { ...config.objective, encoderDropout: 0.3, beta: 0.5 },
    batchSize: 64,
    shards: 1,
    epochs: 30,
  };
}

import type { Machine } from '../worker-plan.js';
import { PROBES } from '../probe-kinds.js';
import { plainAdam, type ForgettingConfig } from '../recipe-parts.js';
import { recipe as forgetRecipe } from './forget.js';

/**
 * Keeps the columns that `--keep` names and forgets those that `--forget` names, of a table, of vectors or of images with a list. With
 * `--rebuild` the features keep the rest of an example too; then nothing need be named to keep.
 *
 * Of one number a forest has no row to know again, and what is left of the forgotten column is least (docs/results.md): more numbers keep
 * more of everything.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const forget = forgetRecipe(machine);
  const cosine = { kind: 'cosine', warmupRounds: 0, finalFactor: 0.01, until: 1 } as const;
  return {
    ...forget,
    recipe: 'keep-and-forget',
    data: { ...forget.data, kind: 'table', heldOut: 2000, table: null, keep: [], forget: [] },
    objective: {
      ...forget.objective,
      hiding: 'up-to-chance',
      beta: 2,
      betaRampRounds: 500,
      rebuild: false,
      latentSize: 1,
      bottleneck: { kind: 'variational', weight: 0.01 },
      eraser: { ...forget.objective.eraser, couplings: 0 },
      optimizers: {
        encoder: plainAdam(1e-3, cosine),
        decoder: plainAdam(1e-3, cosine),
        head: plainAdam(1e-3, cosine),
        classifier: plainAdam(2e-3, cosine),
        eraser: plainAdam(2e-3, cosine),
      },
    },
    monitor: 'kept_loss',
    grid: false,
    batchSize: 512,
    shards: 2,
    epochs: 20,
    probes: [...PROBES],
  };
}

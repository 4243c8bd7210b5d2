import { FADER } from '../recipe-parts.js';
import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as articleRecipe } from './article.js';

/**
 * Drawn faces of 64 x 64 in colour, by the networks of Fader Networks: forgets whether they wear glasses, and rebuilds them, told that. The
 * rates are higher and the ramp is shorter than the paper's, for a run of minutes.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const article = articleRecipe(machine);
  return {
    ...article,
    recipe: 'avatars',
    data: { ...article.data, kind: 'avatars', heldOut: 500, imageSize: 64, channels: 3, forget: ['glasses'] },
    objective: { ...article.objective, ...FADER },
    clipNorm: 5,
    grid: false,
    batchSize: 32,
    shards: 2,
    epochs: 40,
  };
}

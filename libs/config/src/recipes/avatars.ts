import { FACES } from '../recipe-parts.js';
import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as articleRecipe } from './article.js';

/** Drawn faces of 64 x 64 in colour: forgets whether they wear glasses, and rebuilds them, told that. */
export function recipe(machine: Machine): ForgettingConfig {
  const article = articleRecipe(machine);
  return {
    ...article,
    recipe: 'avatars',
    data: { ...article.data, kind: 'avatars', heldOut: 500, avatars: { count: 20_000 }, imageSize: 64, channels: 3, forget: ['glasses'] },
    objective: { ...article.objective, ...FACES },
    grid: false,
    batchSize: 32,
    shards: 2,
    epochs: 18,
  };
}

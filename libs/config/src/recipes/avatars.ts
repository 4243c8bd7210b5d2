import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as forgetRecipe } from './forget.js';

/** Drawn faces of 64 x 64 in colour: forgets whether they wear glasses, and rebuilds them, told that. */
export function recipe(machine: Machine): ForgettingConfig {
  const forget = forgetRecipe(machine);
  return {
    ...forget,
    recipe: 'avatars',
    data: { ...forget.data, kind: 'avatars', heldOut: 500, imageSize: 64, channels: 3, forget: ['glasses'] },
    objective: { ...forget.objective, latentSize: 64 },
    grid: false,
    batchSize: 64,
  };
}

import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as forgetRecipe } from './forget.js';

/** The default: recipe `forget` in ten epochs. On two cores it ends within five minutes, measuring included (docs/results.md). */
export function recipe(machine: Machine): ForgettingConfig {
  return { ...forgetRecipe(machine), recipe: 'forget-short', epochs: 10 };
}

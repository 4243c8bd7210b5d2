import { FADER, NO_ERASER, type ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as facesRecipe } from './faces.js';

/**
 * Recipe `faces` with the game of Fader Networks itself: its networks, losses and course. Rates are higher and the ramp is shorter than
 * the paper's, for a run of hours.
 *
 * @see Lample et al., Fader Networks (2017)
 */
export function recipe(machine: Machine): ForgettingConfig {
  const faces = facesRecipe(machine);
  return { ...faces, recipe: 'faces-paper', objective: { ...faces.objective, ...FADER, eraser: NO_ERASER }, clipNorm: 5, epochs: 40 };
}

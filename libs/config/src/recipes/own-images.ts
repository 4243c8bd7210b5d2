import { adaptationRecipe, type AdaptationConfig } from '../adaptation-parts.js';
import type { Machine } from '../worker-plan.js';

/**
 * Any folder of images with a labels.csv (file,domain,label and perhaps split; labels may be empty): carries what the other
 * domains' labels say to the one that `--target` names.
 */
export function recipe(machine: Machine): AdaptationConfig {
  return adaptationRecipe(machine, { recipe: 'own-images', from: [{ kind: 'images', folder: '.' }], target: 'target', channels: 3, rounds: 2000 });
}

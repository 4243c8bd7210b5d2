import { adaptationRecipe, type AdaptationConfig } from '../adaptation-parts.js';
import type { Machine } from '../worker-plan.js';

/**
 * Any folder of images with a list (file,domain,label and perhaps split; labels may be empty), or in folders domain/class/image. The
 * labels of the other domains are learnt for the domain that `--target` names.
 */
export function recipe(machine: Machine): AdaptationConfig {
  const from = [{ kind: 'images' as const, folder: '.' }];
  return adaptationRecipe(machine, { recipe: 'own-images', from, target: null, channels: 3, rounds: 2000 });
}

import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as avatarsRecipe } from './avatars.js';

/**
 * CelebA in 64 x 64: forgets the attributes that `--forget` names, and rebuilds the faces, told them. Half of the images are seen in a
 * mirror.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const avatars = avatarsRecipe(machine);
  return {
    ...avatars,
    recipe: 'faces',
    data: {
      ...avatars.data, kind: 'celeba', heldOut: 1000, avatars: null, forget: [],
      augmentation: { scale: 0, rotation: 0, shift: 0, invert: false, flip: true },
    },
    // Of three attributes each is hidden as strongly as the one of drawn faces.
    objective: { ...avatars.objective, beta: 0.06 },
    epochs: 12,
  };
}

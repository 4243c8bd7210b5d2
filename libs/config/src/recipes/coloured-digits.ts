import type { ForgettingConfig } from '../recipe-parts.js';
import type { Machine } from '../worker-plan.js';
import { recipe as keepAndForget } from './keep-and-forget.js';

/**
 * MNIST on ten background colours, made here, which agree with the digit in 90 % of the training images: keeps the digit and forgets what
 * the colour tells beyond it, so that the digit is read where colours are drawn independently.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const config = keepAndForget(machine);
  return {
    ...config,
    recipe: 'coloured-digits',
    data: { ...config.data, kind: 'coloured-mnist', heldOut: 5000, channels: 3, keep: ['label'], forget: ['colour'] },
    objective: {
      ...config.objective,
      fairness: 'odds',
      beta: 16,
      // One image in a hundred has a given colour that is not its digit's. It weighs as much as the usual ones, so that batches are large
      // and the classifier takes many steps: otherwise it learns from noise.
      balanced: true,
      classifierTurns: 12,
      latentSize: 6,
    },
    batchSize: 2048,
    epochs: 30,
  };
}

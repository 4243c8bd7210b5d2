import type { Machine } from '../worker-plan.js';
import { plainAdam, type ForgettingConfig } from '../recipe-parts.js';
import { recipe as articleRecipe } from './article.js';

/**
 * Forgets far more than the article's game. Each difference was measured to help (docs/results.md):
 * - a variational bottleneck;
 * - an adversary like the probe (two hidden layers of 256, latents brought to deviation 1, without noise), with six inner steps a round
 *   at a rate of its own;
 * - a small weight of hiding the label, which counts only up to chance;
 * - no dropout in the encoder: it would hide from the adversary what a probe sees;
 * - rates that fall to 0, so that the adversary catches up;
 * - six latent numbers, which leave the label less room than ten and enough for the style;
 * - an eraser behind the game, which takes out of the latents what the game leaves of the label in them.
 */
export function recipe(machine: Machine): ForgettingConfig {
  const article = articleRecipe(machine);
  const cosine = { kind: 'cosine', warmupRounds: 0, finalFactor: 0, until: 1 } as const;
  return {
    ...article,
    recipe: 'forget',
    data: { ...article.data, heldOut: 5000 },
    objective: {
      ...article.objective,
      hiding: 'capped-likelihood',
      beta: 0.02,
      classifierTurns: 6,
      latentSize: 6,
      encoderDropout: 0,
      decoderDropout: 0,
      bottleneck: { kind: 'variational', weight: 0.002 },
      adversary: { ...article.objective.adversary, width: 256, depth: 2, activation: 'relu', dropout: 0, standardise: true },
      eraser: { ...article.objective.eraser, couplings: 8 },
      optimizers: {
        encoder: plainAdam(1e-3, cosine),
        decoder: plainAdam(1e-3, cosine),
        head: plainAdam(1e-3, cosine),
        classifier: plainAdam(2e-3, { ...cosine, finalFactor: 0.1 }),
        eraser: plainAdam(2e-3, { ...cosine, finalFactor: 0.1 }),
      },
    },
    epochs: 20,
  };
}

import { cappedLikelihood } from './capped-likelihood.js';
import type { Hiding } from './hiding.js';
import { negativeEntropy } from './negative-entropy.js';
import { negativeLikelihood } from './negative-likelihood.js';
import { uniformTarget } from './uniform-target.js';
import { wrongLabel } from './wrong-label.js';

/** Ways to hide a label from an adversary that is trained in turn. */
export const HIDINGS = {
  'negative-likelihood': negativeLikelihood,
  'capped-likelihood': cappedLikelihood,
  'uniform-target': uniformTarget,
  'negative-entropy': negativeEntropy,
  'wrong-label': wrongLabel,
} satisfies Readonly<Record<string, Hiding>>;

export type HidingName = keyof typeof HIDINGS;

import { likelihoods, type Hiding } from './hiding.js';

/** Least 1 - p(label): bounds the loss where the adversary is certain. */
const LEAST_DOUBT = 1e-6;

/**
 * -log(1 - p(label)): the adversary is to say "any other label".
 *
 * @see Lample et al., Fader Networks (2017), equation 4
 */
export const wrongLabel: Hiding = (verdict) => {
  const { operations } = verdict;
  const doubt = operations.sub(operations.constant([1], []), operations.exp(operations.neg(likelihoods(verdict))));
  return operations.neg(operations.mean(operations.log(operations.clip(doubt, LEAST_DOUBT, 1))));
};

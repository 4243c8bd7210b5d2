import { classesOf, likelihoods, type Hiding } from './hiding.js';

/** -NLL, where an example counts up to ln K, what chance costs: beyond that, nothing is gained by making the adversary err. */
export const cappedLikelihood: Hiding = (verdict) => {
  const { operations } = verdict;
  return operations.neg(operations.mean(operations.clip(likelihoods(verdict), 0, Math.log(classesOf(verdict)))));
};

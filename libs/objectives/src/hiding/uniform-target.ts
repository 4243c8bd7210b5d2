import { classesOf, type Hiding } from './hiding.js';

/**
 * Cross-entropy of the adversary's answer to the uniform distribution, less its least value ln K: 0 where it knows nothing.
 *
 * @see Tzeng et al., Simultaneous Deep Transfer Across Domains and Tasks (2015), the domain confusion loss
 */
export const uniformTarget: Hiding = (verdict) => {
  const { operations, logProbabilities } = verdict;
  const crossEntropy = operations.neg(operations.mean(logProbabilities));
  return operations.sub(crossEntropy, operations.constant([Math.log(classesOf(verdict))], []));
};

import type { Hiding } from './hiding.js';

/** -H of the adversary's answer: bounded by -ln K, where it is undecided, whatever the label is. */
export const negativeEntropy: Hiding = ({ operations, logProbabilities }) =>
  operations.mean(operations.sum(operations.mul(operations.exp(logProbabilities), logProbabilities), [1]));

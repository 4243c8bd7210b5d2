import type { Tensor } from '@tensorflow/tfjs';
import { countedMean, negativeLogLikelihood } from '../losses.js';
import type { Answer } from './adversaries.js';

/** What the encoder minimises to hide an attribute from an adversary: one scalar for the batch. */
export type HidingLoss = (answer: Answer) => Tensor;

/** Taken from a logarithm, it leaves a probability of 0. */
const OUT_OF_SIGHT = 1e4;

/** Ways to hide an attribute from an adversary that is trained in a phase of its own. */
export const HIDING_LOSSES = {
  /**
   * The article's: -NLL. Without a bound: an adversary that is wrong for certain is worth more than one that knows nothing, so
   * the encoder may gain by making it err, from which another adversary can read the label again.
   *
   * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
   */
  'negative-likelihood': (answer) => answer.operations.neg(countedMean(answer, negativeLogLikelihood(answer))),

  /** -NLL, where an example counts up to ln K, what chance costs: beyond that, nothing is gained by making the adversary err. */
  'capped-likelihood': (answer) => {
    const { operations } = answer;
    return operations.neg(countedMean(answer, operations.clip(negativeLogLikelihood(answer), 0, Math.log(classesOf(answer)))));
  },
  /**
   * By how many nats the adversary's mean error is below that of one that knows the attribute's shares alone; 0 from there on. Unlike
   * ln K for each example, this is chance for an attribute whose categories are not equally frequent.
   */
  'up-to-chance': (answer) => {
    const { operations, chance } = answer;
    return operations.relu(operations.sub(chance, countedMean(answer, negativeLogLikelihood(answer))));
  },

  /**
   * Cross-entropy of the adversary's answer to the uniform distribution, less its least value ln K: 0 where it knows nothing.
   *
   * @see Tzeng et al., Simultaneous Deep Transfer Across Domains and Tasks (2015), the domain confusion loss
   */
  'uniform-target': (answer) => {
    const { operations, logProbabilities } = answer;
    const crossEntropy = operations.neg(countedMean(answer, operations.mean(logProbabilities, [1])));
    return operations.sub(crossEntropy, operations.constant([Math.log(classesOf(answer))], []));
  },

  /** -H of the adversary's answer: bounded by -ln K, where it is undecided, whatever the label is. */
  'negative-entropy': (answer) => {
    const { operations, logProbabilities } = answer;
    return countedMean(answer, operations.sum(operations.mul(operations.exp(logProbabilities), logProbabilities), [1]));
  },

  /**
   * -log(1 - p(label)): the adversary is to say "any other label". Of two categories it is the cross-entropy to the other one. Of more, the
   * adversary may choose among the others; the authors' code draws one of them for each example.
   *
   * @see Lample et al., Fader Networks (2017), equation 4
   */
  'wrong-label': (answer) => {
    const { operations, logProbabilities, labels } = answer;
    const others = operations.sub(operations.constant([1], []), labels);
    // ln of the sum of the others' probabilities, which is exact where the adversary is certain: shares of that sum are theirs alone.
    const shares = operations.logSoftmax(operations.sub(logProbabilities, operations.scale(labels, OUT_OF_SIGHT)));
    const sums = operations.mul(others, operations.sub(logProbabilities, shares));
    return operations.neg(countedMean(answer, operations.div(operations.sum(sums, [1]), operations.sum(others, [1]))));
  },
} satisfies Readonly<Record<string, HidingLoss>>;

export type HidingName = keyof typeof HIDING_LOSSES;

/** Number of classes that the adversary tells apart. */
function classesOf({ logProbabilities }: Answer): number {
  return logProbabilities.shape[1] ?? 1;
}

import type { Tensor } from '@tensorflow/tfjs';
import { negativeLogLikelihood, type Classified } from '../losses.js';

/** What the encoder minimises to hide the label from an adversary: one scalar for the batch. */
export type HidingLoss = (classified: Classified) => Tensor;

/** Least 1 - p(label): bounds the loss where the adversary is certain. */
const LEAST_DOUBT = 1e-6;

/** Ways to hide a label from an adversary that is trained in a phase of its own. */
export const HIDING_LOSSES = {
  /**
   * The article's: -NLL. Without a bound: an adversary that is wrong for certain is worth more than one that knows nothing, so
   * the encoder may gain by making it err, from which another adversary can read the label again.
   *
   * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
   */
  'negative-likelihood': (classified) => classified.operations.neg(classified.operations.mean(negativeLogLikelihood(classified))),

  /** -NLL, where an example counts up to ln K, what chance costs: beyond that, nothing is gained by making the adversary err. */
  'capped-likelihood': (classified) => {
    const { operations } = classified;
    return operations.neg(operations.mean(operations.clip(negativeLogLikelihood(classified), 0, Math.log(classesOf(classified)))));
  },

  /**
   * Cross-entropy of the adversary's answer to the uniform distribution, less its least value ln K: 0 where it knows nothing.
   *
   * @see Tzeng et al., Simultaneous Deep Transfer Across Domains and Tasks (2015), the domain confusion loss
   */
  'uniform-target': (classified) => {
    const { operations, logProbabilities } = classified;
    const crossEntropy = operations.neg(operations.mean(logProbabilities));
    return operations.sub(crossEntropy, operations.constant([Math.log(classesOf(classified))], []));
  },

  /** -H of the adversary's answer: bounded by -ln K, where it is undecided, whatever the label is. */
  'negative-entropy': ({ operations, logProbabilities }) =>
    operations.mean(operations.sum(operations.mul(operations.exp(logProbabilities), logProbabilities), [1])),

  /**
   * -log(1 - p(label)): the adversary is to say "any other label".
   *
   * @see Lample et al., Fader Networks (2017), equation 4
   */
  'wrong-label': (classified) => {
    const { operations } = classified;
    const doubt = operations.sub(operations.constant([1], []), operations.exp(operations.neg(negativeLogLikelihood(classified))));
    return operations.neg(operations.mean(operations.log(operations.clip(doubt, LEAST_DOUBT, 1))));
  },
} satisfies Readonly<Record<string, HidingLoss>>;

export type HidingName = keyof typeof HIDING_LOSSES;

/** Number of classes that the adversary tells apart. */
function classesOf({ logProbabilities }: Classified): number {
  return logProbabilities.shape[1] ?? 1;
}

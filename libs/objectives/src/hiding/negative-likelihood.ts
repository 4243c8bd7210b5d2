import { likelihoods, type Hiding } from './hiding.js';

/**
 * The article's: -NLL. Without a bound: an adversary that is wrong for certain is worth more than one that knows nothing, so
 * the encoder may gain by making it err, from which another adversary can read the label again.
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 */
export const negativeLikelihood: Hiding = (verdict) => verdict.operations.neg(verdict.operations.mean(likelihoods(verdict)));

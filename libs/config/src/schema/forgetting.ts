import { z } from 'zod';
import { count, positiveInteger, share, weight } from './numbers.js';
import { optimizerSchema } from './optimizer.js';

const bottleneckSchema = z.strictObject({
  /** `article`: none; `gaussian`: noise of deviation 1; `variational`: mean and variance of each number. */
  kind: z.enum(['article', 'gaussian', 'variational']),
  /** Weight of each nat of KL divergence to a standard normal (ignored by `article`). */
  weight,
});

const adversarySchema = z.strictObject({
  width: positiveInteger,
  /** Hidden layers. */
  depth: count,
  activation: z.enum(['relu', 'tanh']),
  dropout: share,
  /** Brings latents to mean 0 and deviation 1 first, as a probe does. */
  standardise: z.boolean(),
  spectralNorm: z.boolean(),
  /** In training: the latent without its noise (`mean`), which is what a probe reads, or with it (`sample`). */
  reads: z.enum(['mean', 'sample']),
  /** Number of classifiers that the encoder has to fool at once. */
  members: positiveInteger,
  /** Rounds after which the next member is initialised anew; null: never. */
  freshEveryRounds: positiveInteger.nullable(),
});

/** What leaves the game goes through a normalising flow, which erases what its latents still tell of the label. */
const eraserSchema = z.strictObject({
  /** Steps of the flow; 0: nothing is erased. */
  couplings: count,
  /** Of the two hidden layers of each. */
  width: positiveInteger,
  /** Weight of each nat that the encoder's own prediction of the label, by which it erases, falls short of the label. */
  predictionWeight: weight,
});

/** The article's game and its variants: an encoder, a decoder and classifiers. */
export const forgettingSchema = z.strictObject({
  kind: z.literal('forgetting'),
  /** How the encoder hides the label from the classifier; the article's is negative-likelihood: loss = MSE - beta * NLL. */
  hiding: z.enum(['negative-likelihood', 'capped-likelihood', 'uniform-target', 'negative-entropy', 'wrong-label', 'gradient-reversal']),
  /** Weight of hiding the label. */
  beta: weight,
  /** Rounds over which that weight climbs from 0. */
  betaRampRounds: count,
  /** Inner steps of the classifier in each round. */
  classifierTurns: positiveInteger,
  latentSize: positiveInteger,
  /** Shares of values that are dropped in training. The adversary does not see what the encoder drops, but a probe does. */
  encoderDropout: share,
  decoderDropout: share,
  bottleneck: bottleneckSchema,
  adversary: adversarySchema,
  eraser: eraserSchema,
  optimizers: z.strictObject({
    encoder: optimizerSchema, decoder: optimizerSchema, classifier: optimizerSchema, eraser: optimizerSchema,
  }),
});

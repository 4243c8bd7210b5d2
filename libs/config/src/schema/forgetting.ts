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

const encoderSchema = z.strictObject({
  /** `article`: convolutions, for images; `perceptron`: for rows of a table and vectors; `by-input`: whichever the data ask for. */
  kind: z.enum(['by-input', 'article', 'perceptron']),
  /** Of a perceptron's hidden layers, and of the decoder that belongs to it. */
  width: positiveInteger,
  depth: positiveInteger,
});

/** What leaves the game goes through a normalising flow, which erases what its latents still tell. */
const eraserSchema = z.strictObject({
  /** Steps of the flow; 0: nothing is erased. */
  couplings: count,
  /** Of the two hidden layers of each. */
  width: positiveInteger,
  /** Weight of each nat that the encoder's own prediction of what is erased, by which it erases, falls short of it. */
  predictionWeight: weight,
});

/** Ways to hide an attribute from classifiers. */
export const HIDING = [
  'negative-likelihood', 'capped-likelihood', 'up-to-chance', 'uniform-target', 'negative-entropy', 'wrong-label', 'gradient-reversal',
] as const;

/**
 * The article's game and its relatives: an encoder whose features keep some attributes and forget others, which the data settings name.
 * Heads read what is kept, classifiers what is forgotten, a decoder rebuilds the examples.
 */
export const forgettingSchema = z.strictObject({
  kind: z.literal('forgetting'),
  /** How the encoder hides what it forgets from the classifier; the article's is negative-likelihood: loss = MSE - beta * NLL. */
  hiding: z.enum(HIDING),
  /** Weight of hiding. */
  beta: weight,
  /** Rounds over which that weight climbs from 0. */
  betaRampRounds: count,
  /** Inner steps of the classifier in each round. */
  classifierTurns: positiveInteger,
  /**
   * `parity`: the features tell nothing of what is forgotten; `odds`: nothing beyond what the kept label tells of it.
   * @see Hardt et al., Equality of Opportunity in Supervised Learning (2016)
   */
  fairness: z.enum(['parity', 'odds']),
  /** Of several forgotten attributes the classifiers read the combination. */
  jointly: z.boolean(),
  /** Categories of what is forgotten weigh alike, however frequent they are. */
  balanced: z.boolean(),
  /** Whether a decoder rebuilds the examples, and how much that weighs. */
  rebuild: z.boolean(),
  rebuildWeight: weight,
  /** Further weights of attributes, kept or forgotten, by name; 1 for one that is not named. */
  weights: z.record(z.string().min(1), weight),
  encoder: encoderSchema,
  /** Hidden layers of the networks that read what is kept. */
  head: z.strictObject({ width: positiveInteger, depth: count }),
  latentSize: positiveInteger,
  /** Shares of values that are dropped in training. The adversary does not see what the encoder drops, but a probe does. */
  encoderDropout: share,
  decoderDropout: share,
  bottleneck: bottleneckSchema,
  adversary: adversarySchema,
  eraser: eraserSchema,
  optimizers: z.strictObject({
    encoder: optimizerSchema, decoder: optimizerSchema, head: optimizerSchema, classifier: optimizerSchema, eraser: optimizerSchema,
  }),
});

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
  /**
   * `perceptron`: one for each attribute; `convolutional`: of the maps of the encoder `fader`, the same one for all attributes, with an
   * output for each.
   */
  kind: z.enum(['perceptron', 'convolutional']),
  /** Of a perceptron's hidden layers; of `convolutional`, of the linear layer behind its convolutions. */
  width: positiveInteger,
  /** Hidden layers of a perceptron. */
  depth: count,
  /** Of a perceptron. */
  activation: z.enum(['relu', 'tanh']),
  dropout: share,
  /** Of a perceptron: brings latents to mean 0 and deviation 1 first, as a probe does. */
  standardise: z.boolean(),
  /** Of a perceptron. */
  spectralNorm: z.boolean(),
  /** In training: the latent without its noise (`mean`), which is what a probe reads, or with it (`sample`). */
  reads: z.enum(['mean', 'sample']),
  /** Number of classifiers that the encoder has to fool at once. */
  members: positiveInteger,
  /** Rounds after which the next member is initialised anew; null: never. */
  freshEveryRounds: positiveInteger.nullable(),
});

const encoderSchema = z.strictObject({
  /**
   * `article`: the article's, for images; `perceptron`: for rows of a table and vectors; `by-input`: whichever of the two the data ask for;
   * `fader`: that of Fader Networks, for images, whose latent is maps.
   */
  kind: z.enum(['by-input', 'article', 'perceptron', 'fader']),
  /** Of a perceptron's hidden layers; of `fader`, maps of the first layer, of which each layer behind it has twice as many. */
  width: positiveInteger,
  /** Hidden layers of a perceptron; of `fader`, layers, each of which halves the sides of the image. The decoder has as many. */
  depth: positiveInteger,
  /** Of `fader`: most maps of a layer. */
  mostMaps: positiveInteger,
  /** Of `fader`: by what layers are normalised: the batch, or each example's map by itself. */
  normalisation: z.enum(['batch', 'instance']),
  /** Of `fader`: how a layer of the decoder doubles the sides: a transposed convolution, or pixels repeated in front of a convolution. */
  upsampling: z.enum(['transposed', 'nearest']),
});

/** What leaves the game goes through a map that erases what its latents still tell: a normalising flow, or one of covariances. */
const eraserSchema = z.strictObject({
  /** Steps of the flow. */
  couplings: count,
  /**
   * In place of a flow: means and covariances of the latents of each class are brought to those of one. The rate of its optimiser, `sgd`,
   * is that of their running means. Neither these nor couplings: nothing is erased.
   */
  covariances: z.boolean(),
  /**
   * Of covariances: directions in which the latents of a class vary less, on average, than this share of their mean variance are left
   * out. They tell little of an example, and most of what a game hides.
   */
  leastVariance: share,
  /** Of the two hidden layers of each coupling. */
  width: positiveInteger,
  /** Weight of each nat that the encoder's own prediction of what is erased, by which it erases, falls short of it. */
  predictionWeight: weight,
  /**
   * With whom the map learns: with the encoder, from latents as they are in its training, or with the classifiers, from what these read.
   */
  learnsWith: z.enum(['encoder', 'classifier']),
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
  /** `round`: all steps of a round see one batch; `step`: each has a batch of its own. */
  batchPer: z.enum(['round', 'step']),
  /**
   * How the networks that do not learn in a phase compute: by the statistics of the batch, with dropout and noise (`training`), or by the
   * running statistics and without (`evaluation`).
   */
  frozenMode: z.enum(['training', 'evaluation']),
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
  /** Null with the encoder `fader`, whose image, depth and maps say it; a number with any other. */
  latentSize: positiveInteger.nullable(),
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

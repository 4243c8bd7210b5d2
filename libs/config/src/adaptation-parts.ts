import { localCluster, plainAdam } from './recipe-parts.js';
import type { ObjectiveConfig, RunConfig } from './run-config.js';
import { PLAIN_DATA, type DomainsConfig } from './schema/data.js';
import { USUAL_PROBES } from './probe-kinds.js';
import type { OptimizerConfig } from './schema/optimizer.js';
import type { Machine } from './worker-plan.js';

/** A run that adapts a model from some populations to another. */
export type AdaptationConfig = RunConfig & { readonly objective: Extract<ObjectiveConfig, { kind: 'domain-adaptation' }> };

export interface AdaptationRecipeOptions {
  readonly recipe: string;
  readonly from: DomainsConfig['from'];
  /** Null: there is none until `--target` names it. */
  readonly target: string | null;
  readonly channels: 1 | 3;
  readonly rounds: number;
}

/**
 * The common base of the recipes of domain adaptation. To the gradient reversal it adds what was measured to help with digits
 * (docs/results.md): a small network with batch normalisation whose statistics are each domain's own, and self-training on confident
 * predictions for undistorted images. Three runs are compared: from the sources alone, with adaptation, and from the target's own
 * labels.
 */
export function adaptationRecipe(machine: Machine, { recipe, from, target, channels, rounds }: AdaptationRecipeOptions): AdaptationConfig {
  const cosine = plainAdam(1e-3, { kind: 'cosine', warmupRounds: 0, finalFactor: 0, until: 1 });
  return {
    recipe,
    seed: 1,
    data: {
      ...PLAIN_DATA, kind: 'domains', channels, forget: ['domain'], domains: { from, target, sources: null, training: 'each' },
    },
    objective: {
      kind: 'domain-adaptation',
      features: { kind: 'small', width: 32, depth: 2, dropout: 0.5, normaliseImages: false, statistics: 'per-domain' },
      alignment: { weight: 1, steepness: 10, conditional: false },
      unlabelled: { entropyWeight: 0, confusionWeight: 0, confusionTemperature: 2, pseudoLabelWeight: 1, pseudoLabelThreshold: 0.8 },
      optimizers: { featureExtractor: cosine, labelPredictor: cosine, domainClassifier: cosine },
    },
    averaging: null,
    initialWeights: null,
    clipNorm: null,
    batchSize: 128,
    shards: 2,
    epochs: null,
    rounds,
    monitor: 'label_loss',
    patience: null,
    checkpoints: { everyEpochs: 1, everyRounds: 200, keep: 1 },
    grid: false,
    evaluation: true,
    probes: USUAL_PROBES,
    cluster: localCluster(machine),
  };
}

/** Stochastic gradient descent as Ganin and Lempitsky anneal it. */
const PAPER_SGD: OptimizerConfig = {
  kind: 'sgd', learningRate: 0.01, momentum: 0.9, schedule: { kind: 'annealed', warmupRounds: 0, finalFactor: 0, until: 1 },
};

/** The method as in the paper: its network, its schedules, gradient reversal alone. */
export function asInThePaper(config: AdaptationConfig, recipe: string, features: 'paper-mnist' | 'paper-svhn'): AdaptationConfig {
  const { objective } = config;
  return {
    ...config,
    recipe,
    data: { ...config.data, augmentation: null },
    objective: {
      ...objective,
      features: { ...objective.features, kind: features, dropout: 0, normaliseImages: false, statistics: 'shared' },
      unlabelled: { ...objective.unlabelled, pseudoLabelWeight: 0 },
      optimizers: { featureExtractor: PAPER_SGD, labelPredictor: PAPER_SGD, domainClassifier: PAPER_SGD },
    },
  };
}

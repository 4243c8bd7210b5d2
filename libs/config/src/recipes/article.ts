import type { OptimizerConfig, RunConfig, ScheduleConfig } from '../run-config.js';
import { defaultWorkers, type Machine } from '../worker-plan.js';

/** PyTorch's Adam with its default moments, at a constant rate unless a schedule is given. */
export function plainAdam(learningRate: number, schedule: ScheduleConfig = { kind: 'constant', warmupRounds: 0, finalFactor: 0 }): OptimizerConfig {
  return { kind: 'adam', learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, schedule };
}

/**
 * The article's game as its authors published it: latent size 10, batches of 256, three Adams at 1e-4, beta 1.0, nothing held out.
 * Expect slow progress: after five epochs the grid is still a blur (MSE about 0.30); the article trained far longer than the 20 epochs here.
 * Only the four shards are ours; `--shards 1` computes what one PyTorch process does.
 */
export function articleRecipe(machine: Machine): RunConfig {
  const workers = defaultWorkers(machine);
  return {
    recipe: 'article',
    seed: 1,
    data: { kind: 'mnist', folder: null, heldOut: 0, imageSize: 28, channels: 1 },
    objective: { kind: 'forgetting', hiding: 'negative-likelihood', beta: 1, betaRampRounds: 0, classifierTurns: 1 },
    latentSize: 10,
    encoderDropout: 0.2,
    decoderDropout: 0.2,
    bottleneck: { kind: 'article', weight: 0 },
    adversary: { width: 40, depth: 2, activation: 'tanh', dropout: 0.3, standardise: false, spectralNorm: false, reads: 'mean', members: 1, freshEveryRounds: null },
    averaging: null,
    optimizers: { encoder: plainAdam(1e-4), decoder: plainAdam(1e-4), classifier: plainAdam(1e-4) },
    clipNorm: null,
    batchSize: 256,
    shards: 4,
    epochs: 20,
    rounds: null,
    monitor: 'reconstruction_mse',
    patience: null,
    checkpoints: { everyEpochs: 1, keep: 3 },
    grid: true,
    evaluation: true,
    cluster: {
      engine: machine.engine,
      threads: 1,
      workers,
      servers: 1,
      shareGpus: false,
      listen: null,
      insecurePlaintext: false,
      awaitWorkers: Math.max(1, workers),
      stallSeconds: 60,
    },
  };
}

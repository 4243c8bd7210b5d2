import { localCluster, NO_ERASER, plainAdam, REBUILDING, type ForgettingConfig } from '../recipe-parts.js';
import { PLAIN_DATA } from '../schema/data.js';
import { USUAL_PROBES } from '../probe-kinds.js';
import type { Machine } from '../worker-plan.js';

/**
 * The article's game as its authors published it: latent size 10, batches of 256, three Adams at 1e-4, beta 1.0, nothing held out.
 * Progress is slow: after five epochs the grid is still a blur (MSE about 0.30). The article trained far longer than the 20 epochs of
 * this recipe. The four shards are not the article's: `--shards 1` computes what one PyTorch process does.
 */
export function recipe(machine: Machine): ForgettingConfig {
  return {
    recipe: 'article',
    seed: 1,
    data: PLAIN_DATA,
    objective: {
      kind: 'forgetting',
      ...REBUILDING,
      hiding: 'negative-likelihood',
      beta: 1,
      betaRampRounds: 0,
      classifierTurns: 1,
      batchPer: 'round',
      frozenMode: 'training',
      latentSize: 10,
      encoderDropout: 0.2,
      decoderDropout: 0.2,
      bottleneck: { kind: 'article', weight: 0 },
      adversary: {
        kind: 'perceptron', width: 40, depth: 2, activation: 'tanh', dropout: 0.3, standardise: false, spectralNorm: false, reads: 'mean',
        members: 1, freshEveryRounds: null,
      },
      eraser: NO_ERASER,
      optimizers: {
        encoder: plainAdam(1e-4), decoder: plainAdam(1e-4), head: plainAdam(1e-4), classifier: plainAdam(1e-4), eraser: plainAdam(1e-4),
      },
    },
    averaging: null,
    initialWeights: null,
    clipNorm: null,
    batchSize: 256,
    shards: 4,
    epochs: 20,
    rounds: null,
    monitor: 'reconstruction_mse',
    patience: null,
    checkpoints: { everyEpochs: 1, everyRounds: 200, keep: 3 },
    grid: true,
    evaluation: true,
    probes: USUAL_PROBES,
    cluster: localCluster(machine),
  };
}

import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { NetworkSpec } from './network.js';

/** What lies between encoder and decoder: it makes the latent from the code, which is what the encoder computes. */
export interface Bottleneck {
  /** Numbers of the code for each number of the latent. */
  readonly codesPerLatent: 1 | 2;
  /** Whether the code passes the encoder's last activation. */
  readonly activated: boolean;
  /** Code [examples, codes] -> latent [examples, latentSize]: in training with its noise, in evaluation without. */
  readonly network: NetworkSpec;
  /** The noise-free latent [examples, latentSize]: what a probe reads. */
  readonly mean: (operations: Operations, code: Tensor) => Tensor;
  /** KL divergence [examples] of the latent to a standard normal, in nats: a bound of what it tells of its image; null: no bound. */
  readonly divergence: ((operations: Operations, code: Tensor) => Tensor) | null;
}

export type BottleneckKind = 'article' | 'gaussian' | 'variational';

/** Bounds of ln variance: outside, exp and its gradient leave float32's comfortable range. */
const LEAST_LOG_VARIANCE = -8;
const MOST_LOG_VARIANCE = 4;

export function bottleneck(kind: BottleneckKind, latentSize: number): Bottleneck {
  return BOTTLENECKS[kind](latentSize);
}

const BOTTLENECKS: Readonly<Record<BottleneckKind, (latentSize: number) => Bottleneck>> = {
  /** The article's: the code is the latent. */
  article: () => ({
    codesPerLatent: 1,
    activated: true,
    network: transformation((_context, code) => code),
    mean: (_operations, code) => code,
    divergence: null,
  }),

  /** Noise of deviation 1 on every number; the divergence keeps the encoder from making codes so large that the noise vanishes. */
  gaussian: (latentSize) => ({
    codesPerLatent: 1,
    activated: false,
    network: transformation((context, code) => {
      const noise = context.noise(code.shape);
      return noise === null ? code : context.operations.add(code, noise);
    }),
    mean: (_operations, code) => code,
    // KL(N(m, 1) || N(0, 1)) = m^2 / 2.
    divergence: (operations, code) => operations.scale(operations.mean(operations.square(code), [1]), latentSize / 2),
  }),

  /**
   * Mean and ln variance of a normal distribution for each number.
   *
   * @see Kingma and Welling, Auto-Encoding Variational Bayes (2014), appendix B
   */
  variational: (latentSize) => ({
    codesPerLatent: 2,
    activated: false,
    network: transformation((context, code) => {
      const { operations } = context;
      const mean = part(operations, code, 0, latentSize);
      const noise = context.noise(mean.shape);
      if (noise === null) return mean;
      const deviation = operations.exp(operations.scale(logVariance(operations, code, latentSize), 0.5));
      return operations.add(mean, operations.mul(deviation, noise));
    }),
    mean: (operations, code) => part(operations, code, 0, latentSize),
    divergence: (operations, code) => {
      const variance = logVariance(operations, code, latentSize);
      const terms = operations.sub(
        operations.add(operations.square(part(operations, code, 0, latentSize)), operations.exp(variance)),
        variance,
      );
      return operations.scale(operations.sub(operations.sum(terms, [1]), operations.constant([latentSize], [])), 0.5);
    },
  }),
};

/** A network without parameters; its noise is the same all round long, as a round has one z. */
function transformation(forward: NetworkSpec['forward']): NetworkSpec {
  return { name: 'bottleneck', dropoutStream: 'round', normalisations: [], tensors: [], forward };
}

function logVariance(operations: Operations, code: Tensor, latentSize: number): Tensor {
  return operations.clip(part(operations, code, latentSize, latentSize), LEAST_LOG_VARIANCE, MOST_LOG_VARIANCE);
}

/** Columns [begin, begin + size) of [examples, ...]. */
function part(operations: Operations, code: Tensor, begin: number, size: number): Tensor {
  return operations.slice(code, [0, begin], [-1, size]);
}

import {
  articleDecoder,
  articleEncoder,
  bottleneck,
  perceptron,
  type Bottleneck,
  type BottleneckKind,
  type NetworkSpec,
  type Networks,
} from '@lethe/networks';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { Batch, LossContext } from './objective.js';

export interface AdversaryOptions {
  readonly width: number;
  /** Hidden layers. */
  readonly depth: number;
  readonly activation: 'relu' | 'tanh';
  readonly dropout: number;
  /** Reads the latent at mean 0 and deviation 1, as a probe does. */
  readonly standardise: boolean;
  readonly spectralNorm: boolean;
  /** What it reads in training: the latent without its noise, as a probe will, or with it. */
  readonly reads: 'mean' | 'sample';
  /** Adversaries that the encoder has to fool at once. */
  readonly members: number;
  /** Rounds after which one of them, in turn, starts afresh; null: never. */
  readonly freshEveryRounds: number | null;
}

export interface PlayerOptions {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  readonly latentSize: number;
  readonly encoderDropout: number;
  readonly decoderDropout: number;
  readonly bottleneck: BottleneckKind;
  readonly adversary: AdversaryOptions;
}

/** What the encoder makes of a batch. */
export interface Encoded {
  /** What the decoder gets, [examples, latentSize]. */
  readonly latent: Tensor;
  /** What the adversaries read, [examples, latentSize]. */
  readonly read: Tensor;
  /** Mean over the examples of the bottleneck's divergence, in nats; null: it has none. */
  readonly divergence: Tensor | null;
}

/** The networks of the game and what they do together. */
export class GameNetworks {
  readonly autoencoder: readonly NetworkSpec[];
  readonly adversaries: readonly NetworkSpec[];
  readonly #bottleneck: Bottleneck;
  readonly #reads: AdversaryOptions['reads'];

  constructor(options: PlayerOptions) {
    const { latentSize, classes, encoderDropout, decoderDropout, adversary } = options;
    this.#reads = adversary.reads;
    this.#bottleneck = bottleneck(options.bottleneck, latentSize);
    const { codesPerLatent, activated, network } = this.#bottleneck;
    const encoder = articleEncoder({ ...options, codeSize: codesPerLatent * latentSize, activated, dropoutRate: encoderDropout });
    this.autoencoder = [encoder, network, articleDecoder({ ...options, dropoutRate: decoderDropout })];
    this.adversaries = Array.from({ length: adversary.members }, (_, member) => perceptron({
      name: adversaryName(member),
      inputs: latentSize,
      hidden: new Array<number>(adversary.depth).fill(adversary.width),
      classes,
      activation: adversary.activation,
      dropoutRate: adversary.dropout,
      standardise: adversary.standardise,
      spectralNorm: adversary.spectralNorm,
    }));
  }

  /** In evaluation mode latent and mean are the same. */
  encode({ operations, networks, batch }: LossContext): Encoded {
    const code = networks.apply('encoder', batch.images);
    const latent = networks.apply('bottleneck', code);
    const { mean, divergence } = this.#bottleneck;
    return {
      latent,
      read: this.#reads === 'mean' ? mean(operations, code) : latent,
      divergence: divergence === null ? null : operations.mean(divergence(operations, code)),
    };
  }

  /** Log-probabilities [examples, classes] of each adversary. */
  verdicts(networks: Networks, read: Tensor): Tensor[] {
    return this.adversaries.map(({ name }) => networks.apply(name, read));
  }
}

/** The first keeps the article's name. */
export function adversaryName(member: number): string {
  return member === 0 ? 'classifier' : `classifier-${member + 1}`;
}

/** Mean squared error of images in [-1, 1], over everything or over the given axes. */
export function squaredError(operations: Operations, redrawn: Tensor, { images }: Batch, axes?: readonly number[]): Tensor {
  return operations.mean(operations.square(operations.sub(redrawn, images)), axes);
}

/** Mean of several tensors of one shape. */
export function meanOf(operations: Operations, tensors: readonly Tensor[]): Tensor {
  const [first, ...rest] = tensors;
  if (first === undefined) throw new TypeError('there is at least one adversary');
  return rest.length === 0 ? first : operations.scale(rest.reduce((sum, tensor) => operations.add(sum, tensor), first), 1 / tensors.length);
}

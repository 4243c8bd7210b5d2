import {
  articleDecoder,
  articleEncoder,
  bottleneck,
  perceptron,
  type Bottleneck,
  type BottleneckKind,
  type NetworkSpec,
} from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { Classified } from '../losses.js';
import type { LossContext } from '../objective.js';

export interface AdversaryOptions {
  readonly width: number;
  /** Hidden layers. */
  readonly depth: number;
  readonly activation: 'relu' | 'tanh';
  readonly dropout: number;
  /** Brings the latent to mean 0 and deviation 1 first, as a probe does. */
  readonly standardise: boolean;
  readonly spectralNorm: boolean;
  /** What it reads in training: the latent without its noise, as a probe does, or with it. */
  readonly reads: 'mean' | 'sample';
  /** Number of adversaries that the encoder has to fool at once. */
  readonly members: number;
  /** Rounds after which the next of them starts afresh; null: never. */
  readonly freshEveryRounds: number | null;
}

export interface GameNetworkOptions {
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
  /** What the decoder reads, [examples, latentSize]. */
  readonly latent: Tensor;
  /** What the adversaries read, [examples, latentSize]. */
  readonly adversaryInput: Tensor;
  /** Mean over the examples of the bottleneck's divergence, in nats; null: it has none. */
  readonly divergence: Tensor | null;
}

/** The networks of the game: an encoder, a bottleneck and a decoder, and the adversaries that read the label from the latent. */
export class GameNetworks {
  readonly autoencoder: readonly NetworkSpec[];
  readonly adversaries: readonly NetworkSpec[];
  readonly #bottleneck: Bottleneck;
  readonly #reads: AdversaryOptions['reads'];

  constructor(options: GameNetworkOptions) {
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

  /** In evaluation mode the decoder and the adversaries read the same. */
  encode({ operations, networks, batch }: LossContext): Encoded {
    const code = networks.apply('encoder', batch.images);
    const latent = networks.apply('bottleneck', code);
    const { mean, divergence } = this.#bottleneck;
    return {
      latent,
      adversaryInput: this.#reads === 'mean' ? mean(operations, code) : latent,
      divergence: divergence === null ? null : operations.mean(divergence(operations, code)),
    };
  }

  /** What each adversary says of the labels of the batch. */
  classify({ operations, networks, batch }: LossContext, adversaryInput: Tensor): Classified[] {
    return this.adversaries.map(({ name }) => ({
      operations,
      logProbabilities: networks.apply(name, adversaryInput),
      labels: batch.labels,
    }));
  }
}

/** Name of an adversary; the first has the article's. */
export function adversaryName(member: number): string {
  return member === 0 ? 'classifier' : `classifier-${member + 1}`;
}

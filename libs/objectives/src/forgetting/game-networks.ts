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
import { Eraser, type EraserOptions } from './eraser.js';

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
  readonly eraser: EraserOptions;
}

/** What the encoder makes of a batch. */
export interface Encoded {
  /** The bottleneck's part of the encoder's output, [examples, codes]. */
  readonly code: Tensor;
  /** The rest: the encoder's own prediction of the label, [examples, classes]; null: nothing is erased. */
  readonly logits: Tensor | null;
  /** What the decoder reads, [examples, latentSize]. */
  readonly latent: Tensor;
  /** What the adversaries read, [examples, latentSize]. */
  readonly adversaryInput: Tensor;
}

/**
 * The networks of the game: an encoder, a bottleneck and a decoder, the adversaries that read the label from the latent, and the eraser,
 * if any, through which latents leave the game.
 */
export class GameNetworks {
  readonly autoencoder: readonly NetworkSpec[];
  readonly adversaries: readonly NetworkSpec[];
  readonly #bottleneck: Bottleneck;
  readonly #reads: AdversaryOptions['reads'];
  readonly #eraser: Eraser | null;
  /** Numbers of the code that are the bottleneck's; the others are the eraser's. */
  readonly #bottleneckCodes: number;

  constructor(options: GameNetworkOptions) {
    const { latentSize, classes, encoderDropout, decoderDropout, adversary, eraser } = options;
    this.#reads = adversary.reads;
    this.#bottleneck = bottleneck(options.bottleneck, latentSize);
    this.#eraser = eraser.couplings === 0 ? null : new Eraser({ ...eraser, latentSize, classes });
    const { codesPerLatent, activated, network } = this.#bottleneck;
    this.#bottleneckCodes = codesPerLatent * latentSize;
    const codeSize = this.#bottleneckCodes + (this.#eraser === null ? 0 : classes);
    const encoder = articleEncoder({ ...options, codeSize, activated, dropoutRate: encoderDropout });
    const decoder = articleDecoder({ ...options, dropoutRate: decoderDropout });
    this.autoencoder = [encoder, network, decoder, ...(this.#eraser === null ? [] : [this.#eraser.network])];
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

  /** In evaluation mode latent and adversaries' input are the same: the latent without its noise. */
  encode({ operations, networks, batch }: LossContext): Encoded {
    const output = networks.apply('encoder', batch.images);
    const isErased = this.#eraser !== null;
    const code = isErased ? operations.slice(output, [0, 0], [-1, this.#bottleneckCodes]) : output;
    const latent = networks.apply('bottleneck', code);
    return {
      code,
      logits: isErased ? operations.slice(output, [0, this.#bottleneckCodes], [-1, -1]) : null,
      latent,
      adversaryInput: this.#reads === 'mean' ? this.#bottleneck.mean(operations, code) : latent,
    };
  }

  /** Mean over the examples of the bottleneck's divergence, in nats; null: it has none. */
  divergence({ operations }: LossContext, { code }: Encoded): Tensor | null {
    const { divergence } = this.#bottleneck;
    return divergence === null ? null : operations.mean(divergence(operations, code));
  }

  /** What the eraser and the encoder's own prediction lose; null: nothing is erased. */
  erasureLoss(context: LossContext, { code, logits }: Encoded): Tensor | null {
    if (logits === null || this.#eraser === null) return null;
    return this.#eraser.loss(context, this.#bottleneck.mean(context.operations, code), logits);
  }

  /** The latents that leave the game, [examples, latentSize]. They do not depend on the labels of the batch. */
  release(context: LossContext, { latent, logits }: Encoded): Tensor {
    return logits === null || this.#eraser === null ? latent : this.#eraser.erase(context, latent, logits);
  }

  /** Images of latents that have left the game, under the labels of the batch. */
  redraw(context: LossContext, released: Tensor): Tensor {
    const { networks, batch } = context;
    return networks.apply('decoder', this.#eraser === null ? released : this.#eraser.restore(context, released), batch.labels);
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

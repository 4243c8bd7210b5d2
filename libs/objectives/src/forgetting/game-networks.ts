import { bottleneck, type Bottleneck, type BottleneckKind, type NetworkSpec } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForgottenAttribute, GameFacts } from '../game-facts.js';
import type { LossContext } from '../objective.js';
import { Adversaries, type Independence } from './adversaries.js';
import type { AdversaryOptions } from './adversary-kinds.js';
import { forgottenValues, type Placed } from './attribute-values.js';
import { encoderAndDecoder, encoderKind, faderShape, type AutoencoderOptions } from './encoder-kinds.js';
import { Eraser, erases, type EraserOptions } from './eraser.js';
import { Heads, type HeadOptions } from './heads.js';

export interface GameNetworkOptions extends AutoencoderOptions, Pick<GameFacts, 'classes' | 'kept' | 'forgotten'> {
  readonly bottleneck: BottleneckKind;
  readonly head: HeadOptions;
  readonly adversary: AdversaryOptions;
  readonly independence: Independence;
  /** Of several forgotten attributes the adversaries read the combination, so that combinations are forgotten too. */
  readonly jointly: boolean;
  /** Categories of forgotten attributes weigh alike. */
  readonly balanced: boolean;
  /** Whether there is a decoder. */
  readonly rebuild: boolean;
  readonly eraser: EraserOptions;
}

/** What the encoder makes of a batch. */
export interface Encoded {
  /** The bottleneck's part of the encoder's output, [examples, codes]. */
  readonly code: Tensor;
  /** The rest: the encoder's own prediction of what is erased, [examples, classes]; null: nothing is erased. */
  readonly logits: Tensor | null;
  /** What decoder and heads read, [examples, latentSize]. */
  readonly latent: Tensor;
  /** What the adversaries read, [examples, latentSize]. */
  readonly adversaryInput: Tensor;
}

/**
 * The networks of the game: an encoder and a bottleneck; a decoder, if examples are rebuilt; heads that read the kept attributes from the
 * latent, adversaries that read the forgotten ones; and the eraser, if any, through which latents leave the game.
 */
export class GameNetworks {
  /** All that learn together: encoder, bottleneck, decoder, heads, and the eraser if it learns with the encoder. */
  readonly autoencoder: readonly NetworkSpec[];
  /** All that read the latents of an encoder that is left alone: adversaries, and the eraser if it learns with them. */
  readonly readers: readonly NetworkSpec[];
  /** What makes features of examples and examples of features: the autoencoder and the eraser. */
  readonly deployed: readonly string[];
  /** Numbers of the latent. */
  readonly latentSize: number;
  readonly heads: Heads;
  readonly adversaries: Adversaries;
  readonly #bottleneck: Bottleneck;
  readonly #reads: AdversaryOptions['reads'];
  readonly #eraser: Eraser | null;
  readonly #eraserLearnsWith: EraserOptions['learnsWith'];
  /** Numbers of the code that are the bottleneck's; the others are the eraser's. */
  readonly #bottleneckCodes: number;
  /** What the decoder is told. */
  readonly #told: readonly Placed<ForgottenAttribute>[];

  constructor(options: GameNetworkOptions) {
    const { adversary, eraser, forgotten, jointly } = options;
    const kind = encoderKind(options);
    const networks = encoderAndDecoder(kind);
    const latentSize = networks.latentSize(options);
    this.latentSize = latentSize;
    const placed = forgotten.map((attribute, place) => ({ attribute, place }));
    const combined = placed.filter(({ attribute }) => attribute.of.length > 1);
    this.#told = placed.filter(({ attribute }) => attribute.of.length === 1);
    const [erased] = [...combined, ...this.#told];
    this.#reads = adversary.reads;
    this.#bottleneck = bottleneck(options.bottleneck, latentSize);
    this.#eraser = !erases(eraser) || erased === undefined ? null : new Eraser({ ...eraser, latentSize, erased });
    this.#eraserLearnsWith = eraser.learnsWith;
    const { codesPerLatent, activated, network } = this.#bottleneck;
    this.#bottleneckCodes = codesPerLatent * latentSize;
    const furtherCodes = this.#eraser === null ? 0 : (erased?.attribute.categories.length ?? 0);
    const told = this.#told.reduce((sum, { attribute }) => sum + attribute.categories.length, 0);
    this.heads = new Heads(options.kept, { ...options.head, latentSize });
    const eraserNetworks = this.#eraser === null ? [] : [this.#eraser.network];
    this.autoencoder = [
      networks.encoder(options, { latentSize, codesPerLatent, furtherCodes, activated }),
      network,
      ...(options.rebuild ? [networks.decoder(options, told, latentSize)] : []),
      ...this.heads.networks,
      ...(eraser.learnsWith === 'encoder' ? eraserNetworks : []),
    ];
    // Examples that lack a part of the combination have no value of it: their other parts are forgotten by themselves.
    const [whole] = jointly ? combined : [];
    const parts = whole === undefined ? this.#told : this.#told.filter(({ attribute }) => attribute.missing < whole.attribute.missing);
    this.adversaries = new Adversaries({
      ...options, latentSize, maps: kind === 'fader' ? faderShape(options) : null,
      attributes: whole === undefined ? parts : [whole, ...parts],
      lacksLabels: options.kept.some(({ isLabel, missing }) => isLabel && missing > 0),
    });
    this.readers = [...this.adversaries.networks, ...(eraser.learnsWith === 'classifier' ? eraserNetworks : [])];
    this.deployed = [...new Set([...this.autoencoder, ...eraserNetworks])].map(({ name }) => name);
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

  /**
   * What the eraser and the encoder's own prediction lose, as far as they learn with the encoder or with the classifiers; null: nothing
   * that is erased is learnt there. The prediction is the encoder's.
   */
  erasureLoss(context: LossContext, { code, logits }: Encoded, learner: EraserOptions['learnsWith']): Tensor | null {
    if (logits === null || this.#eraser === null) return null;
    const ofMap = this.#eraserLearnsWith === learner ? this.#eraser.loss(context, this.#bottleneck.mean(context.operations, code)) : null;
    if (learner === 'classifier') return ofMap;
    const ofPrediction = this.#eraser.predictionLoss(context, logits);
    return ofMap === null ? ofPrediction : context.operations.add(ofMap, ofPrediction);
  }

  /** The latents that leave the game, [examples, latentSize]. They do not depend on the attributes of the batch. */
  release(context: LossContext, { latent, logits }: Encoded): Tensor {
    return logits === null || this.#eraser === null ? latent : this.#eraser.erase(context, latent, logits);
  }

  /** Examples that the decoder makes of latents, [examples, height, width, channels], told the forgotten values of the batch. */
  decode({ operations, networks, batch }: LossContext, latent: Tensor): Tensor {
    const [first, ...further] = this.#told.map((placed) => forgottenValues(batch, placed));
    if (first === undefined) return networks.apply('decoder', latent);
    return networks.apply('decoder', latent, further.length === 0 ? first : operations.concat([first, ...further], 1));
  }

  /** Whether the label is all that the decoder is told, so that latents can be redrawn under every label. */
  get isToldLabelAlone(): boolean {
    return this.#told.length === 1 && this.#told.every(({ attribute }) => attribute.isLabel);
  }

  /** The same of latents that have left the game. */
  redraw(context: LossContext, released: Tensor): Tensor {
    return this.decode(context, this.#eraser === null ? released : this.#eraser.restore(context, released));
  }
}

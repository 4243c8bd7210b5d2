import { perceptron, type NetworkSpec } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { KeptAttribute } from '../game-facts.js';
import { countedMean, meanOf, sumOf } from '../losses.js';
import type { LossContext } from '../objective.js';
import { keptValues, type Placed } from './attribute-values.js';
import { keptCategory } from './kept/category.js';
import { keptNumber } from './kept/number.js';
import type { KeptKind, Told } from './kept/kept-kind.js';

/** Hidden layers of every head. */
export interface HeadOptions {
  readonly width: number;
  readonly depth: number;
}

/** Another kind of attribute is a file in `kept` and a row here. */
const KEPT_KINDS: { readonly [Kind in KeptAttribute['kind']]: KeptKind<Extract<KeptAttribute, { kind: Kind }>> } = {
  category: keptCategory,
  number: keptNumber,
};

/** A network that reads a kept attribute from the latent, by which the encoder learns to keep it. */
interface Head extends Placed<KeptAttribute> {
  readonly network: NetworkSpec;
  readonly kind: KeptKind<KeptAttribute>;
}

/** The heads of all kept attributes, in their order. */
export class Heads {
  readonly networks: readonly NetworkSpec[];
  readonly #heads: readonly Head[];

  constructor(kept: readonly KeptAttribute[], { latentSize, width, depth }: HeadOptions & { readonly latentSize: number }) {
    this.#heads = kept.map((attribute, place): Head => {
      const kind = KEPT_KINDS[attribute.kind] as KeptKind<KeptAttribute>;
      const network = perceptron({
        name: place === 0 ? 'head' : `head-${place + 1}`, inputs: latentSize, hidden: new Array<number>(depth).fill(width),
        classes: kind.outputs(attribute), gives: kind.gives,
      });
      return { attribute, place, network, kind };
    });
    this.networks = this.#heads.map(({ network }) => network);
  }

  /** Mean over the examples that have a value of -ln p(value), weighted, summed over the attributes; null: nothing is kept. */
  loss(context: LossContext, latent: Tensor, weightOf: (attribute: string) => number): Tensor | null {
    const { operations } = context;
    const losses = this.#heads.map((head) => {
      const told = tellOf(head, context, latent);
      const counted = head.attribute.missing === 0 ? null : head.kind.known(told);
      return operations.scale(countedMean({ operations, counted }, head.kind.loss(told)), weightOf(head.attribute.name));
    });
    return losses.length === 0 ? null : sumOf(operations, losses);
  }

  /** Means over the attributes of each example's loss and score, [examples]: both 0 for an example without a value. */
  figures(context: LossContext, latent: Tensor): { readonly kept_loss: Tensor; readonly kept_score: Tensor } {
    const told = this.#heads.map((head) => ({ kind: head.kind, told: tellOf(head, context, latent) }));
    return {
      kept_loss: meanOf(context.operations, told.map((one) => one.kind.loss(one.told))),
      kept_score: meanOf(context.operations, told.map((one) => one.kind.score(one.told))),
    };
  }

  /** What each head gives of latents, in the order of the attributes: [examples, outputs]. */
  get answers(): ((context: LossContext, latent: Tensor) => Tensor)[] {
    return this.#heads.map(({ network }) => ({ networks }, latent) => networks.apply(network.name, latent));
  }

  /** Log-probabilities [examples, classes] of the label by its head; null: the label is not kept. */
  get predictsLabel(): ((context: LossContext, latent: Tensor) => Tensor) | null {
    const head = this.#heads.find(({ attribute }) => attribute.isLabel);
    return head === undefined ? null : ({ networks }, latent) => networks.apply(head.network.name, latent);
  }
}

function tellOf(head: Head, { operations, networks, batch }: LossContext, latent: Tensor): Told {
  return { operations, answer: networks.apply(head.network.name, latent), values: keptValues(batch, head) };
}

import { classWhitening, conditionalFlow, type NetworkSpec } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForgottenAttribute } from '../game-facts.js';
import { countedMean, negativeLogLikelihood } from '../losses.js';
import type { LossContext } from '../objective.js';
import { forgottenValues, type Placed } from './attribute-values.js';

/** How what the game leaves of the forgotten attribute in the latents is erased. */
export interface EraserOptions {
  /** Of a normalising flow. */
  readonly couplings: number;
  /** Whether means and covariances of the classes are erased instead. Neither these nor couplings: nothing is erased. */
  readonly covariances: boolean;
  /** Of covariances: directions in which latents vary less than this share of their mean variance are left out. */
  readonly leastVariance: number;
  /** Of the couplings' hidden layers. */
  readonly width: number;
  /** Weight of the encoder's own prediction of the attribute, per nat. */
  readonly predictionWeight: number;
  /** With whom it learns: the encoder, from latents as they are in its training, or the classifiers, from what these read. */
  readonly learnsWith: 'encoder' | 'classifier';
}

/** Whether something is erased. */
export function erases({ couplings, covariances }: Pick<EraserOptions, 'couplings' | 'covariances'>): boolean {
  return couplings > 0 || covariances;
}

/**
 * Erases from latents what still tells an attribute: a map of each class, after which the latents of all classes are alike. A flow maps
 * those of each class to a standard normal; in place of it, means and covariances of each class are brought to those of one. Which class
 * an example is from is what the encoder itself predicts, so that erasing needs no label. To draw an image, the map's inverse under the
 * wanted class comes before the decoder.
 *
 * It learns beside the game and has no part in it: no gradient of the map reaches the encoder.
 */
export class Eraser {
  readonly network: NetworkSpec;
  readonly #map: ErasingMap;
  readonly #erased: Placed<ForgottenAttribute>;
  readonly #predictionWeight: number;

  constructor(options: Omit<EraserOptions, 'learnsWith'> & { latentSize: number; erased: Placed<ForgottenAttribute> }) {
    const { couplings, covariances, leastVariance, width, predictionWeight, latentSize: size, erased } = options;
    const { categories, counts } = erased.attribute;
    const shape = { name: 'eraser', size, classes: categories.length };
    this.network = covariances ? classWhitening({ ...shape, counts, leastVariance }) : conditionalFlow({ ...shape, couplings, width });
    this.#map = covariances ? whiteningOf(erased.attribute) : flowOf(size);
    this.#erased = erased;
    this.#predictionWeight = predictionWeight;
  }

  /** What the map loses on the noise-free latents [examples, latentSize] of a batch. */
  loss(context: LossContext, latent: Tensor): Tensor {
    return this.#map.loss(context, context.operations.stopGradient(latent), this.#labels(context));
  }

  /** The weighted cross-entropy of the encoder's prediction: mean over the examples that have a class, in nats. */
  predictionLoss(context: LossContext, logits: Tensor): Tensor {
    const { operations } = context;
    const { labels, counted } = this.#labels(context);
    const answer = { operations, logProbabilities: operations.logSoftmax(logits), labels };
    return operations.scale(countedMean({ operations, counted }, negativeLogLikelihood(answer)), this.#predictionWeight);
  }

  /** Latents without what the encoder's prediction explains, [examples, latentSize]. */
  erase(context: LossContext, latent: Tensor, logits: Tensor): Tensor {
    const { operations } = context;
    return this.#map.erased(context, latent, operations.oneHot(operations.argMax(logits), this.#erased.attribute.categories.length));
  }

  /** The latents that an example of the batch's classes would have had before they were erased. */
  restore({ networks, batch }: LossContext, erased: Tensor): Tensor {
    return networks.applyInverse(this.network.name, erased, forgottenValues(batch, this.#erased));
  }

  #labels({ operations, batch }: LossContext): Labelled {
    const labels = forgottenValues(batch, this.#erased);
    return { labels, counted: this.#erased.attribute.missing === 0 ? null : operations.sum(labels, [1]) };
  }
}

/** The classes of a batch. */
interface Labelled {
  /** One-hot, [examples, classes]; zeros where an example has none. */
  readonly labels: Tensor;
  /** 1 where there is a class, [examples]; null: there always is. */
  readonly counted: Tensor | null;
}

/** What the network `eraser` does to latents [examples, latentSize] of these classes, one-hot. */
interface ErasingMap {
  /** A mean over the examples. */
  readonly loss: (context: LossContext, latent: Tensor, classes: Labelled) => Tensor;
  readonly erased: (context: LossContext, latent: Tensor, classes: Tensor) => Tensor;
}

/**
 * Examples weigh by how rare their class is, so that the means and covariances of all classes run over as many batches. Where a batch has
 * more of a class than its share of the data, it weighs by its share of the batch: at rate r, no step moves a class by more than r.
 */
function whiteningOf({ categories, counts, missing }: ForgottenAttribute): ErasingMap {
  const total = counts.reduce((sum, count) => sum + count, missing);
  const ofData = counts.map((count) => Math.max(1, count) / Math.max(1, total));
  return {
    loss: ({ operations, networks }, latent, { labels }) => {
      const shares = operations.constant(ofData, [1, categories.length]);
      const ofBatch = operations.reshape(operations.mean(labels, [0]), [1, -1]);
      const larger = operations.add(shares, operations.relu(operations.sub(ofBatch, shares)));
      return operations.mean(networks.ownLoss('eraser', latent, operations.div(labels, larger)));
    },
    erased: ({ networks }, latent, classes) => networks.apply('eraser', latent, classes),
  };
}

/** -ln density of the latents under their classes, less the constant of the normal distribution, in nats. */
function flowOf(latentSize: number): ErasingMap {
  const parts = ({ operations, networks }: LossContext, latent: Tensor, classes: Tensor): { mapped: Tensor; logFactor: Tensor } => {
    const output = networks.apply('eraser', latent, classes);
    return {
      mapped: operations.slice(output, [0, 0], [-1, latentSize]),
      logFactor: operations.reshape(operations.slice(output, [0, latentSize], [-1, 1]), [-1]),
    };
  };
  return {
    loss: (context, latent, { labels, counted }) => {
      const { operations } = context;
      const { mapped, logFactor } = parts(context, latent, labels);
      const losses = operations.sub(operations.scale(operations.sum(operations.square(mapped), [1]), 0.5), logFactor);
      return countedMean({ operations, counted }, losses);
    },
    erased: (context, latent, classes) => parts(context, latent, classes).mapped,
  };
}

import { conditionalFlow, type NetworkSpec } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForgottenAttribute } from '../game-facts.js';
import { countedMean, negativeLogLikelihood } from '../losses.js';
import type { LossContext } from '../objective.js';
import { forgottenValues, type Placed } from './attribute-values.js';

/** How what the game leaves of the forgotten attribute in the latents is erased. */
export interface EraserOptions {
  /** Of the eraser, a normalising flow; 0: nothing is erased. */
  readonly couplings: number;
  /** Of the couplings' hidden layers. */
  readonly width: number;
  /** Weight of the encoder's own prediction of the attribute, per nat. */
  readonly predictionWeight: number;
}

/**
 * Erases from latents what still tells an attribute: a flow maps the latents of each class to a standard normal, which is the same for all
 * classes. Which class an example is from is what the encoder itself predicts, so that erasing needs no label. To draw an image, the
 * flow's inverse under the wanted class comes before the decoder.
 *
 * It learns beside the game and has no part in it: no gradient of the flow reaches the encoder.
 */
export class Eraser {
  readonly network: NetworkSpec;
  readonly #latentSize: number;
  readonly #erased: Placed<ForgottenAttribute>;
  readonly #predictionWeight: number;

  constructor(
    { couplings, width, predictionWeight, latentSize, erased }: EraserOptions & { latentSize: number; erased: Placed<ForgottenAttribute> },
  ) {
    const classes = erased.attribute.categories.length;
    this.network = conditionalFlow({ name: 'eraser', size: latentSize, classes, couplings, width });
    this.#latentSize = latentSize;
    this.#erased = erased;
    this.#predictionWeight = predictionWeight;
  }

  /**
   * -ln density of the noise-free latents [examples, latentSize] under their classes, less the constant of the normal distribution, and
   * the weighted cross-entropy of the encoder's prediction: means over the examples that have a class, in nats.
   */
  loss({ operations, networks, batch }: LossContext, latent: Tensor, logits: Tensor): Tensor {
    const labels = forgottenValues(batch, this.#erased);
    const counted = this.#erased.attribute.missing === 0 ? null : operations.sum(labels, [1]);
    const { mapped, logFactor } = this.#parts(
      operations, networks.apply(this.network.name, operations.stopGradient(latent), labels),
    );
    const squares = operations.scale(operations.sum(operations.square(mapped), [1]), 0.5);
    const density = countedMean({ operations, counted }, operations.sub(squares, logFactor));
    const answer = { operations, logProbabilities: operations.logSoftmax(logits), labels };
    const prediction = operations.scale(countedMean({ operations, counted }, negativeLogLikelihood(answer)), this.#predictionWeight);
    return operations.add(density, prediction);
  }

  /** Latents without what the encoder's prediction explains, [examples, latentSize]. */
  erase({ operations, networks }: LossContext, latent: Tensor, logits: Tensor): Tensor {
    const predicted = operations.oneHot(operations.argMax(logits), this.#erased.attribute.categories.length);
    return this.#parts(operations, networks.apply(this.network.name, latent, predicted)).mapped;
  }

  /** The latents that an example of the batch's classes would have had before they were erased. */
  restore({ networks, batch }: LossContext, erased: Tensor): Tensor {
    return networks.applyInverse(this.network.name, erased, forgottenValues(batch, this.#erased));
  }

  #parts(operations: LossContext['operations'], output: Tensor): { mapped: Tensor; logFactor: Tensor } {
    return {
      mapped: operations.slice(output, [0, 0], [-1, this.#latentSize]),
      logFactor: operations.reshape(operations.slice(output, [0, this.#latentSize], [-1, 1]), [-1]),
    };
  }
}

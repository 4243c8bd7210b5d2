import { conditionalFlow, type NetworkSpec } from '@lethe/networks';
import type { Tensor } from '@tensorflow/tfjs';
import { negativeLogLikelihood } from '../losses.js';
import type { LossContext } from '../objective.js';

/** How what the game leaves of the label in the latents is erased. */
export interface EraserOptions {
  /** Of the eraser, a normalising flow; 0: nothing is erased. */
  readonly couplings: number;
  /** Of the couplings' hidden layers. */
  readonly width: number;
  /** Weight of the encoder's own prediction of the label, per nat. */
  readonly predictionWeight: number;
}

/**
 * Erases from latents what still tells the label: a flow maps the latents of each class to a standard normal, which is the same for all
 * classes. Which class an example is from is what the encoder itself predicts, so that erasing needs no label. To draw an image, the
 * flow's inverse under the wanted label comes before the decoder.
 *
 * It learns beside the game and has no part in it: no gradient of the flow reaches the encoder.
 */
export class Eraser {
  readonly network: NetworkSpec;
  readonly #latentSize: number;
  readonly #classes: number;
  readonly #predictionWeight: number;

  constructor({ couplings, width, predictionWeight, latentSize, classes }: EraserOptions & { latentSize: number; classes: number }) {
    this.network = conditionalFlow({ name: 'eraser', size: latentSize, classes, couplings, width });
    this.#latentSize = latentSize;
    this.#classes = classes;
    this.#predictionWeight = predictionWeight;
  }

  /**
   * -ln density of the noise-free latents [examples, latentSize] under their labels, less the constant of the normal distribution, and
   * the weighted cross-entropy of the encoder's prediction: means over the examples, in nats.
   */
  loss({ operations, networks, batch }: LossContext, latent: Tensor, logits: Tensor): Tensor {
    const { mapped, logFactor } = this.#parts(
      operations, networks.apply(this.network.name, operations.stopGradient(latent), batch.labels),
    );
    const squares = operations.scale(operations.sum(operations.square(mapped), [1]), 0.5);
    const density = operations.mean(operations.sub(squares, logFactor));
    const answer = { operations, logProbabilities: operations.logSoftmax(logits), labels: batch.labels };
    const prediction = operations.scale(operations.mean(negativeLogLikelihood(answer)), this.#predictionWeight);
    return operations.add(density, prediction);
  }

  /** Latents without what the encoder's prediction explains, [examples, latentSize]. */
  erase({ operations, networks }: LossContext, latent: Tensor, logits: Tensor): Tensor {
    const predicted = operations.oneHot(operations.argMax(logits), this.#classes);
    return this.#parts(operations, networks.apply(this.network.name, latent, predicted)).mapped;
  }

  /** The latents that an example of the batch's labels would have had before they were erased. */
  restore({ networks, batch }: LossContext, erased: Tensor): Tensor {
    return networks.applyInverse(this.network.name, erased, batch.labels);
  }

  #parts(operations: LossContext['operations'], output: Tensor): { mapped: Tensor; logFactor: Tensor } {
    return {
      mapped: operations.slice(output, [0, 0], [-1, this.#latentSize]),
      logFactor: operations.reshape(operations.slice(output, [0, this.#latentSize], [-1, 1]), [-1]),
    };
  }
}

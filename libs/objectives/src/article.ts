import { articleClassifier, articleDecoder, articleEncoder } from '@lethe/networks';
import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { Objective } from './objective.js';

export interface ArticleOptions {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
  readonly latentSize: number;
  readonly beta: number;
  readonly classifierTurns: number;
  /** Off for golden numbers only. */
  readonly dropout: boolean;
}

/**
 * The article's game. The classifier C learns to read the label from z = E(x); then the encoder E and the decoder D
 * learn to rebuild x from (z, label) while E drives C, just updated and left alone, towards chance:
 * loss = MSE - beta * NLL. Both phases see the same z.
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 */
export function articleObjective(options: ArticleOptions): Objective {
  const { beta, classifierTurns, dropout } = options;
  const encoder = articleEncoder({ ...options, dropoutRate: dropout ? 0.2 : 0 });
  const decoder = articleDecoder({ ...options, dropoutRate: dropout ? 0.2 : 0 });
  const classifier = articleClassifier({ ...options, dropoutRate: dropout ? 0.3 : 0 });

  return {
    name: 'article',
    groups: [
      { name: 'classifier', networks: [classifier] },
      { name: 'autoencoder', networks: [encoder, decoder] },
    ],
    phases: [
      {
        name: 'classifier',
        trains: 'classifier',
        reads: ['classifier', 'autoencoder'],
        turns: classifierTurns,
        losses: ['classifier_loss'],
        loss: ({ operations, networks, batch }) => {
          const latent = networks.apply('encoder', batch.images);
          const nll = negativeLogLikelihood(operations, networks.apply('classifier', latent), batch.labels);
          return { minimised: nll, reported: { classifier_loss: nll } };
        },
      },
      {
        name: 'autoencoder',
        trains: 'autoencoder',
        reads: ['classifier', 'autoencoder'],
        turns: 1,
        losses: ['reconstruction_mse', 'encoder_classifier_loss'],
        loss: ({ operations, networks, batch, scalars }) => {
          const latent = networks.apply('encoder', batch.images);
          const redrawn = networks.apply('decoder', latent, batch.labels);
          const mse = operations.mean(operations.square(operations.sub(redrawn, batch.images)));
          const nll = negativeLogLikelihood(operations, networks.apply('classifier', latent), batch.labels);
          const minimised = operations.sub(mse, operations.mul(required(scalars, 'beta'), nll));
          return { minimised, reported: { reconstruction_mse: mse, encoder_classifier_loss: nll } };
        },
      },
    ],
    scalars: () => ({ beta }),
    figures: ['reconstruction_mse', 'classifier_loss', 'classifier_accuracy'],
    score: ({ operations, networks, batch }) => {
      const latent = networks.apply('encoder', batch.images);
      const redrawn = networks.apply('decoder', latent, batch.labels);
      const logProbabilities = networks.apply('classifier', latent);
      return {
        reconstruction_mse: operations.mean(operations.square(operations.sub(redrawn, batch.images)), [1, 2, 3]),
        classifier_loss: operations.neg(operations.sum(operations.mul(logProbabilities, batch.labels), [1])),
        classifier_accuracy: operations.equal(operations.argMax(logProbabilities), operations.argMax(batch.labels)),
      };
    },
    encode: ({ networks, batch }) => networks.apply('encoder', batch.images),
    redraw: ({ networks, batch }) => networks.apply('decoder', networks.apply('encoder', batch.images), batch.labels),
  };
}

/** Mean over the examples of -log p(label); both inputs [examples, classes]. */
function negativeLogLikelihood(operations: Operations, logProbabilities: Tensor, labels: Tensor): Tensor {
  return operations.neg(operations.mean(operations.sum(operations.mul(logProbabilities, labels), [1])));
}

function required(scalars: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const scalar = scalars[name];
  if (scalar === undefined) throw new TypeError(`the objective needs the scalar ${name}`);
  return scalar;
}

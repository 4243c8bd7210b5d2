import { linear, linearTensors } from './layers.js';
import type { NetworkSpec } from './network.js';

export interface ClassifierOptions {
  readonly latentSize: number;
  readonly classes: number;
  readonly dropoutRate: number;
}

/**
 * The article's classifier C, the encoder's opponent: reads the label from the latent.
 * Latent [examples, latentSize] -> log-probabilities [examples, classes].
 *
 * @see https://github.com/spoilt333/adversarial (2.domain/conv_fader_mnist.ipynb)
 */
export function articleClassifier({ latentSize, classes, dropoutRate }: ClassifierOptions): NetworkSpec {
  return {
    name: 'classifier',
    dropoutStream: 'step',
    normalisations: [],
    tensors: [...linearTensors('linear1', latentSize, 40), ...linearTensors('linear2', 40, 40), ...linearTensors('linear3', 40, classes)],
    forward: (context, latent) => {
      const { operations } = context;
      const first = context.dropout(operations.tanh(linear(context, 'linear1', latent)), dropoutRate);
      const second = context.dropout(operations.tanh(linear(context, 'linear2', first)), dropoutRate);
      return operations.logSoftmax(linear(context, 'linear3', second));
    },
  };
}

import { linear, linearTensors } from './layers.js';
import type { NetworkSpec } from './network.js';

export interface PerceptronOptions {
  readonly name: string;
  readonly inputs: number;
  /** Widths of the hidden layers; none: softmax regression. */
  readonly hidden: readonly number[];
  readonly classes: number;
}

/** Linear layers with ReLU between them: vectors [examples, inputs] -> log-probabilities [examples, classes]. */
export function perceptron({ name, inputs, hidden, classes }: PerceptronOptions): NetworkSpec {
  const widths = [inputs, ...hidden, classes];
  const layers = widths.slice(1).map((outputs, index) => ({ name: `linear${index + 1}`, inputs: widths[index] ?? inputs, outputs }));
  return {
    name,
    dropoutStream: 'step',
    normalisations: [],
    tensors: layers.flatMap((layer) => linearTensors(layer.name, layer.inputs, layer.outputs)),
    forward: (context, vectors) => {
      const { operations } = context;
      const logits = layers.reduce((input, layer, index) => linear(context, layer.name, index === 0 ? input : operations.relu(input)), vectors);
      return operations.logSoftmax(logits);
    },
  };
}

import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import { linear, linearTensors, normalisationTensors } from './layers.js';
import type { ForwardContext, NetworkSpec, NormalisationSpec } from './network.js';
import { spectrallyNormalised } from './spectral-norm.js';

export interface PerceptronOptions {
  readonly name: string;
  readonly inputs: number;
  /** Widths of the hidden layers; none: softmax regression. */
  readonly hidden: readonly number[];
  /** Numbers that it gives of an example: one for each class, or values. */
  readonly classes: number;
  /** What these are: log-probabilities of classes (the default), or any values. */
  readonly gives?: 'log-probabilities' | 'values';
  readonly activation?: keyof typeof ACTIVATIONS;
  /** Share of the values behind every hidden layer that is dropped. */
  readonly dropoutRate?: number;
  /** Brings the input to mean 0 and deviation 1 over the batch first, so that nothing hides in a small dimension. */
  readonly standardise?: boolean;
  /** Divides every weight by its largest singular value: no layer stretches anything. */
  readonly spectralNorm?: boolean;
}

const ACTIVATIONS = {
  relu: (operations: Operations, x: Tensor): Tensor => operations.relu(x),
  tanh: (operations: Operations, x: Tensor): Tensor => operations.tanh(x),
};

/**
 * Linear layers with an activation between them: vectors [examples, inputs] -> log-probabilities [examples, classes]. The
 * article's classifier C, the encoder's opponent, is one of two hidden layers of 40, tanh and dropout.
 */
export function perceptron(options: PerceptronOptions): NetworkSpec {
  const { name, inputs, hidden, classes, activation = 'relu', dropoutRate = 0, standardise = false, spectralNorm = false } = options;
  const { gives = 'log-probabilities' } = options;
  const widths = [inputs, ...hidden, classes];
  const layers = widths.slice(1).map((outputs, index) => ({ name: `linear${index + 1}`, inputs: widths[index] ?? inputs, outputs }));
  const norm: NormalisationSpec = { name: 'norm', channels: inputs, samplesPerExample: 1, ofInputs: true };
  const apply = (context: ForwardContext, layer: string, input: Tensor): Tensor =>
    linear(spectralNorm ? spectrallyNormalised(context) : context, layer, input);
  return {
    name,
    dropoutStream: 'step',
    normalisations: standardise ? [norm] : [],
    tensors: [
      ...(standardise ? normalisationTensors(norm) : []),
      ...layers.flatMap((layer) => linearTensors(layer.name, layer.inputs, layer.outputs)),
    ],
    forward: (context, vectors) => {
      const { operations } = context;
      const start = standardise ? context.batchNorm('norm', vectors) : vectors;
      const outputs = layers.reduce((input, layer, index) => {
        if (index === 0) return apply(context, layer.name, input);
        return apply(context, layer.name, context.dropout(ACTIVATIONS[activation](operations, input), dropoutRate));
      }, start);
      return gives === 'values' ? outputs : operations.logSoftmax(outputs);
    },
  };
}

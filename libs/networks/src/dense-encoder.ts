import type { Tensor } from '@tensorflow/tfjs';
import { linear, linearTensors, normalisationTensors } from './layers.js';
import type { ForwardContext, NetworkSpec, NormalisationSpec } from './network.js';

/** Hidden layers of equal width, each with batch norm. */
export interface HiddenLayers {
  readonly width: number;
  /** Hidden layers: at least 1. */
  readonly depth: number;
  /** Share of the values behind every hidden layer that is dropped. */
  readonly dropoutRate: number;
}

export interface DenseEncoderOptions extends HiddenLayers {
  /** Numbers of an example. */
  readonly inputs: number;
  /** Numbers of the code, from which the bottleneck makes the latent. */
  readonly codeSize: number;
  /** Whether the code passes a leaky ReLU, as the article's latent does. */
  readonly activated: boolean;
}

/**
 * An encoder of rows of a table and of vectors: [examples, ...] of `inputs` numbers -> code [examples, codeSize]. A category of a table
 * is a number for each of its values, so that the first layer's weights are its embedding. Behind the first layer, every layer adds to
 * what came before it.
 *
 * @see Gorishniy et al., Revisiting Deep Learning Models for Tabular Data (2021), the residual network
 */
export function denseEncoder({ inputs, codeSize, activated, ...hidden }: DenseEncoderOptions): NetworkSpec {
  const layers = hiddenLayers(inputs, hidden);
  return {
    name: 'encoder',
    dropoutStream: 'round',
    normalisations: layers.normalisations,
    tensors: [...layers.tensors, ...linearTensors('code', hidden.width, codeSize)],
    forward: (context, examples) => {
      const { operations } = context;
      const code = linear(context, 'code', layers.forward(context, operations.reshape(examples, [-1, inputs])));
      return activated ? operations.leakyRelu(code, 0.2) : code;
    },
  };
}

/** The hidden layers of a network, in front of its last linear layer. */
interface Layers {
  readonly normalisations: readonly NormalisationSpec[];
  readonly tensors: NetworkSpec['tensors'];
  /** [examples, inputs] -> [examples, width]. */
  readonly forward: (context: ForwardContext, input: Tensor) => Tensor;
}

/** Linear, batch norm, ReLU and dropout; all but the first layer add to what came before them. */
export function hiddenLayers(inputs: number, { width, depth, dropoutRate }: HiddenLayers): Layers {
  const normalisations = Array.from({ length: depth }, (_, index): NormalisationSpec => (
    { name: `norm${index + 1}`, channels: width, samplesPerExample: 1 }
  ));
  return {
    normalisations,
    tensors: normalisations.flatMap((norm, index) => [
      ...linearTensors(`linear${index + 1}`, index === 0 ? inputs : width, width), ...normalisationTensors(norm),
    ]),
    forward: (context, input) => normalisations.reduce((before, norm, index) => {
      const { operations } = context;
      const activated = operations.relu(context.batchNorm(norm.name, linear(context, `linear${index + 1}`, before)));
      const hidden = context.dropout(activated, dropoutRate);
      return index === 0 ? hidden : operations.add(before, hidden);
    }, input),
  };
}

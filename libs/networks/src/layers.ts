import type { Tensor } from '@tensorflow/tfjs';
import type { ForwardContext, NormalisationSpec, TensorSpec } from './network.js';

/** PyTorch's epsilon and momentum of batch normalisation. */
export const BATCH_NORM_EPSILON = 1e-5;
export const BATCH_NORM_MOMENTUM = 0.1;

/** PyTorch's default start of linear and convolution layers: weight and bias from U(+-1 / sqrt(fan in)). */
function uniformLayer(name: string, shape: readonly number[], biasLength: number, fanIn: number): TensorSpec[] {
  const initial = { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) } as const;
  return [
    { name: `${name}.weight`, shape, initial },
    { name: `${name}.bias`, shape: [biasLength], initial },
  ];
}

export function linearTensors(name: string, inputs: number, outputs: number): TensorSpec[] {
  return uniformLayer(name, [inputs, outputs], outputs, inputs);
}

export function convolutionTensors(name: string, size: number, inputs: number, outputs: number): TensorSpec[] {
  return uniformLayer(name, [size, size, inputs, outputs], outputs, inputs * size * size);
}

/** PyTorch takes the fan in of a transposed convolution from the second axis of its weight, which counts its outputs. */
export function transposedConvolutionTensors(name: string, size: number, inputs: number, outputs: number): TensorSpec[] {
  return uniformLayer(name, [size, size, outputs, inputs], outputs, outputs * size * size);
}

export function normalisationTensors(normalisation: NormalisationSpec): TensorSpec[] {
  const { name, channels } = normalisation;
  return [
    { name: `${name}.weight`, shape: [channels], initial: { kind: 'constant', value: 1 } },
    { name: `${name}.bias`, shape: [channels], initial: { kind: 'constant', value: 0 } },
  ];
}

/** [examples, inputs] -> [examples, outputs]. */
export function linear(context: ForwardContext, name: string, input: Tensor): Tensor {
  return addBias(context, name, context.operations.matMul(input, context.parameter(`${name}.weight`)));
}

/** NHWC in, NHWC of the same height and width out. */
export function convolution(context: ForwardContext, name: string, input: Tensor): Tensor {
  return addBias(context, name, context.operations.conv2d(input, context.parameter(`${name}.weight`), { stride: 1, padding: 'same' }));
}

/** NHWC in, NHWC of `outputShape` out; no padding ("valid"). */
export function transposedConvolution(context: ForwardContext, name: string, input: Tensor, outputShape: readonly number[]): Tensor {
  return addBias(
    context,
    name,
    context.operations.conv2dTranspose(input, context.parameter(`${name}.weight`), outputShape, { stride: 2, padding: 'valid' }),
  );
}

function addBias(context: ForwardContext, name: string, output: Tensor): Tensor {
  return context.operations.addBias(output, context.parameter(`${name}.bias`));
}

import type { WindowOptions } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForwardContext, NormalisationSpec, TensorSpec } from './network.js';

/** PyTorch's epsilon and momentum of batch normalisation. */
export const BATCH_NORM_EPSILON = 1e-5;
export const BATCH_NORM_MOMENTUM = 0.1;

/** Height and width in pixels. */
export type Window = readonly [number, number];

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

/** @param size height and width of the window in pixels, or one number for both */
export function convolutionTensors(name: string, size: number | Window, inputs: number, outputs: number): TensorSpec[] {
  const [height, width] = windowOf(size);
  return uniformLayer(name, [height, width, inputs, outputs], outputs, inputs * height * width);
}

/** PyTorch takes the fan in of a transposed convolution from the second axis of its weight, which counts its outputs. */
export function transposedConvolutionTensors(name: string, size: number | Window, inputs: number, outputs: number): TensorSpec[] {
  const [height, width] = windowOf(size);
  return uniformLayer(name, [height, width, outputs, inputs], outputs, outputs * height * width);
}

function windowOf(size: number | Window): Window {
  return typeof size === 'number' ? [size, size] : size;
}

/** The learnt scale and shift of each channel. */
export function normalisationTensors({ name, channels }: Pick<NormalisationSpec, 'name' | 'channels'>): TensorSpec[] {
  return [
    { name: `${name}.weight`, shape: [channels], initial: { kind: 'constant', value: 1 } },
    { name: `${name}.bias`, shape: [channels], initial: { kind: 'constant', value: 0 } },
  ];
}

/** [examples, inputs] -> [examples, outputs]. */
export function linear(context: ForwardContext, name: string, input: Tensor): Tensor {
  return addBias(context, name, context.operations.matMul(input, context.parameter(`${name}.weight`)));
}

/** NHWC in, NHWC out, of the same height and width unless `options` say otherwise. */
export function convolution(context: ForwardContext, name: string, input: Tensor, options: WindowOptions = UNMOVED): Tensor {
  return addBias(context, name, context.operations.conv2d(input, context.parameter(`${name}.weight`), options));
}

const UNMOVED: WindowOptions = { stride: 1, padding: 'same' };

/** NHWC in, NHWC of `shape` out; by default twice as large, without padding ("valid"). */
export function transposedConvolution(
  context: ForwardContext, name: string, input: Tensor,
  { shape, stride = 2, padding = 'valid', bias = true }: Partial<WindowOptions> & {
    readonly shape: readonly number[]; readonly bias?: boolean;
  },
): Tensor {
  const output = context.operations.conv2dTranspose(input, context.parameter(`${name}.weight`), shape, { stride, padding });
  return bias ? addBias(context, name, output) : output;
}

function addBias(context: ForwardContext, name: string, output: Tensor): Tensor {
  return context.operations.addBias(output, context.parameter(`${name}.bias`));
}

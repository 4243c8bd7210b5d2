import type { Tensor } from '@tensorflow/tfjs';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** Pixels of a window: one number for height and width, or [height, width]. */
export type WindowSize = number | readonly [number, number];

/** How a window moves over an image. */
export interface WindowOptions {
  readonly stride: number;
  readonly padding: 'same' | 'valid';
}

/** A batch normalised by its own statistics. */
export interface BatchNormalised {
  readonly output: Tensor;
  /** Per channel; no gradient flows through it. */
  readonly mean: Tensor;
  /** Biased (divided by the number of values) variance per channel; no gradient flows through it. */
  readonly variance: Tensor;
}

/** What an objective returns: the number to differentiate and whatever else is wanted from the same computation. */
export interface Objective<Auxiliary extends NamedTensors> {
  readonly loss: Tensor;
  readonly auxiliary?: Auxiliary;
}

/** A loss, its gradients in the order of the tensors they were asked for, and what was computed on the way. */
export interface ObjectiveGradients<Auxiliary extends NamedTensors> {
  readonly loss: Tensor;
  readonly gradients: readonly Tensor[];
  /** Places of the tensors that the loss does not depend on, whose gradients are zeros. */
  readonly unreached: readonly number[];
  readonly auxiliary: Auxiliary;
}

/**
 * The vocabulary that networks and objectives are written in: functions of tensors without any state, safe to trace into a graph and,
 * unless they say otherwise, differentiable. Layouts: images NHWC, filters HWIO, matrices rows by columns.
 */
export interface Operations {
  conv2d(x: Tensor, filter: Tensor, options: WindowOptions): Tensor;
  /** The gradient of `conv2d` used as a layer: `filter` is height, width, output channels, input channels. */
  conv2dTranspose(x: Tensor, filter: Tensor, outputShape: readonly number[], options: WindowOptions): Tensor;
  /** Products of matrices [..., rows, inner] and [..., inner, columns]: of two batches of them, or of a batch and one matrix. */
  matMul(a: Tensor, b: Tensor): Tensor;
  /** Adds a vector along the last dimension. */
  addBias(x: Tensor, bias: Tensor): Tensor;
  /** Normalises along every dimension but the last, by the statistics of this very batch. */
  batchNormTrain(x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): BatchNormalised;
  /** Normalises by given statistics; gradients flow to x, scale and shift. */
  batchNormEval(x: Tensor, affine: BatchNormAffine, statistics: BatchNormStatistics, epsilon: number): Tensor;
  relu(x: Tensor): Tensor;
  leakyRelu(x: Tensor, slope: number): Tensor;
  tanh(x: Tensor): Tensor;
  sigmoid(x: Tensor): Tensor;
  /**
   * x times the probability that a standard normal number is below x.
   *
   * @see Hendrycks and Gimpel, Gaussian Error Linear Units (2016)
   */
  gelu(x: Tensor): Tensor;
  /** x times its sigmoid. */
  silu(x: Tensor): Tensor;
  /** The largest value of each window; `size` is one number for height and width, or [height, width]. */
  maxPool(x: Tensor, size: WindowSize, stride: number): Tensor;
  /** The mean of each window. */
  averagePool(x: Tensor, size: WindowSize, stride: number): Tensor;
  /** Images with zeros around them: as many rows above as below, as many columns on the left as on the right. */
  pad(x: Tensor, rows: number, columns: number): Tensor;
  /**
   * Zeroes each value with probability `rate`, taken to the nearest of 1/256, 2/256 ... 255/256, and scales the rest so that the mean
   * stays. The mask is a pure function of the shape, `seed` (two int32) and `salt`, the same on every engine. Give each dropout of a
   * step its own salt.
   */
  dropout(x: Tensor, rate: number, seed: Tensor, salt: number): Tensor;
  /**
   * Standard normal numbers: a pure function of the shape, `seed` (two int32) and `salt`, the same on every engine but for
   * rounding. Salts are shared with `dropout`.
   */
  normal(shape: readonly number[], seed: Tensor, salt: number): Tensor;
  concat(tensors: readonly Tensor[], axis: number): Tensor;
  reshape(x: Tensor, shape: readonly number[]): Tensor;
  /** The dimensions in another order: the first of the result is `order[0]` of x. */
  transpose(x: Tensor, order: readonly number[]): Tensor;
  /** As in TensorFlow, a size of -1 means up to the end. */
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor;
  square(x: Tensor): Tensor;
  absolute(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  log(x: Tensor): Tensor;
  /** 1 divided by the square root. */
  rsqrt(x: Tensor): Tensor;
  add(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  div(a: Tensor, b: Tensor): Tensor;
  /** Values between two bounds; no gradient flows through what lies outside. */
  clip(x: Tensor, least: number, most: number): Tensor;
  /** Multiplies by a number. */
  scale(x: Tensor, factor: number): Tensor;
  neg(x: Tensor): Tensor;
  /** Sum over the given axes, or over everything. */
  sum(x: Tensor, axes?: readonly number[]): Tensor;
  mean(x: Tensor, axes?: readonly number[]): Tensor;
  /** Along the last dimension. */
  logSoftmax(x: Tensor): Tensor;
  /** Along the last dimension. */
  softmax(x: Tensor): Tensor;
  /** log(1 + exp(x)) without overflow. */
  softplus(x: Tensor): Tensor;
  /** One-hot float32 rows of int32 or whole float32 labels; no gradient. */
  oneHot(labels: Tensor, classes: number): Tensor;
  /** Index of the largest value along the last dimension, as float32; no gradient. */
  argMax(x: Tensor): Tensor;
  /** 1 where the two are equal and 0 elsewhere, as float32; no gradient. */
  equal(a: Tensor, b: Tensor): Tensor;
  /** A constant. */
  constant(values: readonly number[], shape: readonly number[]): Tensor;
  /** Cuts a flat vector into tensors of the given shapes, in order. Do it outside `gradients`: it has no cheap gradient. */
  unpack(flat: Tensor, shapes: readonly (readonly number[])[]): Tensor[];
  /** The inverse of `unpack`. */
  pack(tensors: readonly Tensor[]): Tensor;
  /**
   * The same values; the gradient is multiplied by -factor (a scalar tensor).
   *
   * @see Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation (2015), equation 12
   */
  reverseGradient(x: Tensor, factor: Tensor): Tensor;
  /** The same values, as a constant that no gradient flows through. */
  stopGradient(x: Tensor): Tensor;
  /** The loss of an objective and its gradients; a tensor the loss does not depend on gets zeros. */
  gradients<Auxiliary extends NamedTensors = NamedTensors>(
    objective: (tensors: readonly Tensor[]) => Objective<Auxiliary>,
    tensors: readonly Tensor[],
  ): ObjectiveGradients<Auxiliary>;
}

/** The learnt part of a batch normalisation. */
export interface BatchNormAffine {
  readonly scale: Tensor;
  readonly shift: Tensor;
}

/** The measured part of a batch normalisation. */
export interface BatchNormStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

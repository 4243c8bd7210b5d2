import type { Operations } from '@lethe/tensorflow';
import type { Tensor } from '@tensorflow/tfjs';
import type { ForwardContext, NetworkSpec } from './network.js';

export interface ClassWhiteningOptions {
  readonly name: string;
  /** Numbers of a vector. */
  readonly size: number;
  readonly classes: number;
  /** Training examples of each class, [classes]. */
  readonly counts: readonly number[];
  /** Directions in which the vectors of a class vary less, on average, than this share of the mean variance are left out. */
  readonly leastVariance: number;
}

/**
 * Of the mean variance, which every direction has in addition: the vectors of a class may not vary in one. It is more than the rounding of
 * 32-bit numbers makes of a direction in which they vary hundreds of times as much as on average.
 */
const ADDED_SHARE = 1e-4;
/** Where nothing varies, nothing is divided by 0. */
const LEAST_NORM = 1e-30;

/**
 * Far from its limit, an iteration for a root or a sign multiplies it by 1.5, and near it doubles the digits. Of a matrix of norm 1, 25
 * iterations find roots of 1/3,000, and 35 iterations the sign of eigenvalues that are 1/300,000 off 0; nearer ones are left out in part.
 */
const [ROOT_ITERATIONS, SIGN_ITERATIONS] = [25, 35];

/** Of each class, [classes, size]. */
const MEANS = 'means';
/** Of each class, [classes, size, size]. */
const COVARIANCES = 'covariances';

/**
 * Takes from vectors the mean of their class, and turns and stretches them so that their covariances become those of a standard normal
 * distribution: means, deviations and correlations of all classes are the same then. Of all maps that do so it moves vectors least. It
 * begins as the identity.
 *
 * Directions in which the vectors of a class hardly vary, on average over the classes, are left out: there all vectors become 0, and the
 * mean of their class on the way back. They are little of a vector, and most of what an encoder hides from its opponents lies there.
 *
 * It learns means and covariances. Its own loss is half the squared distance of the means to an example, and of the covariances to the
 * products of what its numbers are off the means: a step of gradient descent at rate r moves them by r times the share of a class towards
 * what the batch has of that class, and by as many times more as its labels are more than 1. They are running means then, over longer times
 * the lower the rate is.
 *
 * Covariances of a class with few examples say little of others of that class: with n examples and vectors of so many numbers as `size`
 * says, they count n / (n + size), and the rest is the mean of all classes. Means are those of the class alone.
 *
 * Forward: vectors [examples, size] and one-hot classes [examples, classes] -> [examples, size]. Inverse: whitened vectors and classes ->
 * vectors. Between two classes both give the mean of what the classes give.
 *
 * @see Kessy, Lewin and Strimmer, Optimal Whitening and Decorrelation (2018), ZCA whitening
 * @see Higham, Functions of Matrices (2008), equations 5.20 and 6.35: the iterations for a sign, and for a root and its inverse
 */
export function classWhitening({ name, size, classes, counts, leastVariance }: ClassWhiteningOptions): NetworkSpec {
  const identity = Array.from({ length: size * size }, (_, index) => Number(index % (size + 1) === 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const ofClasses = (context: ForwardContext): Moments[] => momentsOfClasses(context, size, classes);
  const maps = (context: ForwardContext): ClassMaps[] => {
    const { operations } = context;
    const moments = ofClasses(context);
    const ofAll = moments
      .map(({ covariances }, category) => operations.scale(covariances, (counts[category] ?? 0) / total))
      .reduce((sum, term) => operations.add(sum, term));
    const one = operations.constant(identity, [size, size]);
    const variance = operations.scale(operations.sum(operations.mul(ofAll, one)), 1 / size);
    const bound = operations.mul(one, operations.scale(variance, leastVariance));
    const kept = leastVariance === 0 ? one : projectionOnPositive(operations, operations.sub(ofAll, bound), one);
    const leftOut = operations.mul(operations.sub(one, kept), variance);
    const added = operations.mul(one, operations.scale(variance, ADDED_SHARE));
    return moments.map(({ mean, covariances }, category) => {
      const ownShare = (counts[category] ?? 0) / ((counts[category] ?? 0) + size);
      const mixed = operations.add(operations.scale(covariances, ownShare), operations.scale(ofAll, 1 - ownShare));
      const ofKept = operations.matMul(operations.matMul(kept, mixed), kept);
      const { root, inverseRoot } = rootsOf(operations, operations.add(operations.add(ofKept, leftOut), added), one);
      return { mean, whitening: operations.matMul(kept, inverseRoot), colouring: operations.matMul(root, kept) };
    });
  };
  return {
    name,
    dropoutStream: 'step',
    normalisations: [],
    tensors: [
      { name: MEANS, shape: [classes, size], initial: { kind: 'constant', value: 0 } },
      { name: COVARIANCES, shape: [classes, size, size], initial: { kind: 'identity' } },
    ],
    forward: (context, vectors, labels) => {
      const { operations } = context;
      return ofTheirClass(operations, labels, maps(context).map(({ mean, whitening }) => (
        operations.matMul(operations.sub(vectors, mean), whitening)
      )));
    },
    inverse: (context, whitened, labels) => {
      const { operations } = context;
      return ofTheirClass(operations, labels, maps(context).map(({ mean, colouring }) => (
        operations.add(operations.matMul(whitened, colouring), mean)
      )));
    },
    ownLoss: (context, vectors, labels) => {
      const { operations } = context;
      const losses = ofClasses(context).map(({ mean, covariances }) => {
        const ofMean = operations.sum(operations.square(operations.sub(vectors, mean)), [1]);
        const off = operations.sub(vectors, operations.stopGradient(mean));
        const length = operations.sum(operations.square(off), [1]);
        const product = operations.sum(operations.mul(operations.matMul(off, covariances), off), [1]);
        const ofCovariances = operations.add(
          operations.sub(operations.square(length), operations.scale(product, 2)), operations.sum(operations.square(covariances)),
        );
        return operations.reshape(operations.scale(operations.add(ofMean, ofCovariances), 0.5), [-1, 1]);
      });
      return operations.reshape(ofTheirClass(operations, labels, losses), [-1]);
    },
  };
}

interface Moments {
  /** [1, size]. */
  readonly mean: Tensor;
  /** [size, size]. */
  readonly covariances: Tensor;
}

/** Of a class. */
interface ClassMaps {
  /** [1, size]. */
  readonly mean: Tensor;
  /** From what vectors are off the mean to whitened ones, and back: [size, size]. */
  readonly whitening: Tensor;
  readonly colouring: Tensor;
}

function momentsOfClasses(context: ForwardContext, size: number, classes: number): Moments[] {
  const { operations } = context;
  const [means, covariances] = [context.parameter(MEANS), context.parameter(COVARIANCES)];
  return Array.from({ length: classes }, (_, category) => ({
    mean: operations.slice(means, [category, 0], [1, size]),
    covariances: operations.reshape(operations.slice(covariances, [category, 0, 0], [1, size, size]), [size, size]),
  }));
}

/** The projection on the directions in which a symmetric matrix is positive: (1 + sign) / 2. */
function projectionOnPositive(operations: Operations, matrix: Tensor, one: Tensor): Tensor {
  let sign = operations.mul(matrix, inverseNormOf(operations, matrix));
  for (let iteration = 0; iteration < SIGN_ITERATIONS; iteration += 1) {
    const step = operations.sub(operations.scale(one, 3), operations.matMul(sign, sign));
    sign = operations.scale(operations.matMul(sign, step), 0.5);
  }
  return operations.scale(operations.add(one, sign), 0.5);
}

/** Of a symmetric matrix, whose eigenvalues are at most 1 when they are multiplied by it, as the iterations need. */
function inverseNormOf(operations: Operations, matrix: Tensor): Tensor {
  return operations.rsqrt(operations.add(operations.sum(operations.square(matrix)), operations.constant([LEAST_NORM], [])));
}

/** The square root of a symmetric positive matrix, and its inverse. */
function rootsOf(operations: Operations, matrix: Tensor, one: Tensor): { readonly root: Tensor; readonly inverseRoot: Tensor } {
  const inverseNorm = inverseNormOf(operations, matrix);
  const scale = operations.rsqrt(inverseNorm);
  let root = operations.mul(matrix, inverseNorm);
  let inverseRoot = one;
  for (let iteration = 0; iteration < ROOT_ITERATIONS; iteration += 1) {
    const step = operations.scale(operations.sub(operations.scale(one, 3), operations.matMul(inverseRoot, root)), 0.5);
    root = operations.matMul(root, step);
    inverseRoot = operations.matMul(step, inverseRoot);
  }
  return { root: operations.mul(root, scale), inverseRoot: operations.div(inverseRoot, scale) };
}

/** Of what each class gives, [examples, numbers], what the class of each example gives. */
function ofTheirClass(operations: Operations, labels: Tensor, given: readonly Tensor[]): Tensor {
  return given
    .map((vectors, category) => operations.mul(vectors, operations.slice(labels, [0, category], [-1, 1])))
    .reduce((sum, term) => operations.add(sum, term));
}

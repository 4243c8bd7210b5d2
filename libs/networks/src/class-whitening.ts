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
}

/**
 * Newton's iteration doubles the digits of a root once it is near. Until then it multiplies the smallest one by 1.5: from a millionth of
 * the largest that takes 17 iterations.
 */
const ITERATIONS = 25;

/**
 * Of the mean variance, which every direction has in addition: vectors may not vary in one. A larger share would leave classes apart where
 * they hardly vary, which is where a game leaves what tells them; a smaller one is lost to the rounding of 32-bit numbers.
 */
const LEAST_SHARE = 1e-5;

/** Of each class, [classes, size]. */
const MEANS = 'means';
/** Of each class, [classes, size, size]. */
const COVARIANCES = 'covariances';

/**
 * Takes from vectors the mean of their class, and turns and stretches them so that their covariances become those of a standard normal
 * distribution: means, deviations and correlations of all classes are the same then. Of all maps that do so it moves vectors least. It
 * begins as the identity.
 *
 * It learns means and covariances. Its own loss is half the squared distance of the means to an example, and of the covariances to the
 * products of what its numbers are off the means: a step of gradient descent at rate r moves them by r times the share of a class towards
 * what the batch has of that class. They are running means then, over longer times the lower the rate is.
 *
 * Covariances of a class with few examples say little of others of that class. As many examples as a vector has numbers are taken to be
 * as those of all classes are.
 *
 * Forward: vectors [examples, size] and one-hot classes [examples, classes] -> [examples, size]. Inverse: whitened vectors and classes ->
 * vectors. Between two classes both give the mean of what the classes give.
 *
 * @see Kessy, Lewin and Strimmer, Optimal Whitening and Decorrelation (2018), ZCA whitening
 * @see Higham, Functions of Matrices (2008), equation 6.35: the coupled iteration for a root and its inverse
 */
export function classWhitening({ name, size, classes, counts }: ClassWhiteningOptions): NetworkSpec {
  const identity = Array.from({ length: size * size }, (_, index) => Number(index % (size + 1) === 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const ofClasses = (context: ForwardContext): Moments[] => momentsOfClasses(context, size, classes);
  const roots = (context: ForwardContext): (Moments & Roots)[] => {
    const { operations } = context;
    const moments = ofClasses(context);
    const ofAll = moments
      .map(({ covariances }, category) => operations.scale(covariances, (counts[category] ?? 0) / total))
      .reduce((sum, term) => operations.add(sum, term));
    const one = operations.constant(identity, [size, size]);
    return moments.map(({ mean, covariances }, category) => {
      const own = (counts[category] ?? 0) / ((counts[category] ?? 0) + size);
      const mixed = operations.add(operations.scale(covariances, own), operations.scale(ofAll, 1 - own));
      const variance = operations.scale(operations.sum(operations.mul(mixed, one)), LEAST_SHARE / size);
      return { mean, covariances, ...rootsOf(operations, operations.add(mixed, operations.mul(one, variance)), one) };
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
      return ofTheirClass(operations, labels, roots(context).map(({ mean, inverseRoot }) => (
        operations.matMul(operations.sub(vectors, mean), inverseRoot)
      )));
    },
    inverse: (context, whitened, labels) => {
      const { operations } = context;
      return ofTheirClass(operations, labels, roots(context).map(({ mean, root }) => (
        operations.add(operations.matMul(whitened, root), mean)
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

/** Of the covariances, [size, size]. */
interface Roots {
  readonly root: Tensor;
  readonly inverseRoot: Tensor;
}

function momentsOfClasses(context: ForwardContext, size: number, classes: number): Moments[] {
  const { operations } = context;
  const [means, covariances] = [context.parameter(MEANS), context.parameter(COVARIANCES)];
  return Array.from({ length: classes }, (_, category) => ({
    mean: operations.slice(means, [category, 0], [1, size]),
    covariances: operations.reshape(operations.slice(covariances, [category, 0, 0], [1, size, size]), [size, size]),
  }));
}

/** The square root of a symmetric positive matrix, and its inverse. */
function rootsOf(operations: Operations, matrix: Tensor, one: Tensor): Roots {
  // The iteration needs a matrix whose largest eigenvalue is at most 1, as that of one of norm 1 is.
  const inverseNorm = operations.rsqrt(operations.sum(operations.square(matrix)));
  const scale = operations.rsqrt(inverseNorm);
  let root = operations.mul(matrix, inverseNorm);
  let inverseRoot = one;
  for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
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

import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';

/** Values of a byte. */
const BYTE_VALUES = 256;
/** From int32 words to numbers in [0, 1]. */
const WORD = 2 ** -32;
/** Replaces 0, whose logarithm is not finite, and is less than every other number that 32 random bits give. */
const LEAST = 2 ** -33;

/**
 * Dropout by random bytes: a byte below the threshold drops its value, and the factor keeps the mean of the rest. The rate
 * that results is the one of 1/256, 2/256 ... 255/256 that is nearest to `rate`.
 */
export function dropoutBytes(rate: number): { readonly threshold: number; readonly factor: number } {
  const threshold = Math.min(BYTE_VALUES - 1, Math.max(1, Math.round(rate * BYTE_VALUES)));
  return { threshold, factor: Math.fround(BYTE_VALUES / (BYTE_VALUES - threshold)) };
}

/**
 * Standard normal numbers of `shape` by the transform of Box and Muller.
 *
 * @param words int32 [2 * size] of random bits
 */
export function normalNumbers(tf: typeof tfjs, words: Tensor, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const uniform = tf.add(tf.mul(tf.cast(words, 'float32'), tf.scalar(WORD)), tf.scalar(0.5));
  const length = tf.sqrt(tf.mul(tf.log(tf.maximum(tf.slice(uniform, [0], [size]), tf.scalar(LEAST))), tf.scalar(-2)));
  const angle = tf.mul(tf.slice(uniform, [size], [size]), tf.scalar(2 * Math.PI));
  return tf.reshape(tf.mul(length, tf.cos(angle)), [...shape]);
}

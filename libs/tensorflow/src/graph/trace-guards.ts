import { LetheError } from '@lethe/errors';
import type * as tfjs from '@tensorflow/tfjs';

/**
 * Runs a function in which drawing random numbers in JavaScript is an error: the numbers of the one traced run would
 * be part of the graph and return in every later run.
 */
export function withoutRandomness<Result>(tf: typeof tfjs, name: string, run: () => Result): Result {
  const refuse = (source: string) => (): never => {
    throw new LetheError(
      'TRACE_RANDOMNESS',
      `Step ${name} used ${source} while it was traced: the numbers would be frozen into the graph. ` +
        `Use operations.dropout, or pass random values as an input.`,
    );
  };
  // tfjs fills a TensorBuffer from its own seeded generator for every random tensor, and for little else.
  const buffers = tf.TensorBuffer.prototype;
  const { random } = Math;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back on the same prototype below
  const { toTensor } = buffers;
  Math.random = refuse('Math.random');
  buffers.toTensor = refuse('a tensor filled in JavaScript (tf.randomUniform, tf.randomNormal, tf.dropout, tf.buffer, tf.eye)');
  try {
    return run();
  } finally {
    Math.random = random;
    buffers.toTensor = toTensor;
  }
}

import { checkChanceAndClocks, replaceMembers, type Refusal } from '@lethe/code';
import { LetheError } from '@lethe/errors';
import type * as tfjs from '@tensorflow/tfjs';

/**
 * Runs a step so that it can only be a function of its inputs. In a graph the values of the one traced run would return in every later
 * one; operation by operation they would differ between workers. So reading a tensor's values, random numbers of JavaScript and clocks
 * are errors.
 *
 * @param name of the step, for the message
 * @throws LetheError TRACE_VALUE_READ, TRACE_RANDOMNESS
 */
export function runPurely<Result>(tf: typeof tfjs, name: string, run: () => Result): Result {
  const noRandomness = (source: string) => (): never => {
    throw new LetheError(
      'TRACE_RANDOMNESS',
      `step ${name} used ${source}: a step draws no random numbers of its own. Use the operations dropout or normal, or pass the numbers ` +
      'as an input',
    );
  };
  const refuse: Refusal = (source, kind) => {
    if (kind === 'chance') noRandomness(source)();
    const remedy = 'What changes from round to round is a scalar';
    throw new LetheError('TRACE_RANDOMNESS', `step ${name} used ${source}: a step reads no clock. ${remedy}`);
  };
  const noReading = (source: string) => (): never => {
    throw new LetheError(
      'TRACE_VALUE_READ',
      `step ${name} read the values of a tensor by ${source}: a step has no values before it is run. Compute with tensors throughout`,
    );
  };
  // A step runs in one go, so that nothing else meets what is replaced.
  const endReading = replaceMembers([
    // tfjs fills a TensorBuffer from its own seeded generator for every random tensor, and for little else.
    [tf.TensorBuffer.prototype, {
      toTensor: noRandomness('a tensor filled in JavaScript (tf.randomUniform, tf.randomNormal, tf.dropout, tf.buffer, tf.eye)'),
    }],
    [tf.Tensor.prototype, Object.fromEntries(
      ['data', 'dataSync', 'array', 'arraySync', 'buffer', 'bufferSync', 'bytes', 'print', 'toString']
        .map((method) => [method, noReading(method)]),
    )],
  ]);
  const endChance = checkChanceAndClocks(refuse);
  try {
    return run();
  } finally {
    endChance();
    endReading();
  }
}

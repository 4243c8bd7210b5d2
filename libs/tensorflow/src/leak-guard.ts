import { LetheError } from '@lethe/errors';

import type { Engine } from './engine.js';
import { nativeBackend } from './native-backend.js';

/** Runs something and fails with TENSOR_LEAK when it leaves more or fewer tensors behind than there were. */
export async function leakGuard<Result>(engine: Engine, run: () => Result | Promise<Result>): Promise<Result> {
  const before = countTensors(engine);
  const result = await run();
  const after = countTensors(engine);
  if (after.tfjs !== before.tfjs || after.native !== before.native) {
    const change = `${before.tfjs} tensors before and ${after.tfjs} after (in TensorFlow ${before.native} and ${after.native})`;
    throw new LetheError('TENSOR_LEAK', `There were ${change}.`, { details: { before, after } });
  }
  return result;
}

function countTensors(engine: Engine): { tfjs: number; native: number } {
  const native = engine.name === 'native' ? nativeBackend(engine.tf).binding.getNumOfTensors() : 0;
  return { tfjs: engine.tf.memory().numTensors, native };
}

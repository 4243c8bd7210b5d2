import type { Engine } from '../src/engines/engine.js';
import { nativeBackend } from '../src/native-backend.js';

/** Runs something and fails when it leaves more or fewer tensors behind than there were. */
export async function leakGuard<Result>(engine: Engine, run: () => Result | Promise<Result>): Promise<Result> {
  const before = countTensors(engine);
  const result = await run();
  const after = countTensors(engine);
  if (after.tfjs !== before.tfjs || after.native !== before.native) {
    throw new Error(`tensor leak: ${before.tfjs} before, ${after.tfjs} after (in TensorFlow ${before.native}, ${after.native})`);
  }
  return result;
}

function countTensors(engine: Engine): { tfjs: number; native: number } {
  const native = engine.name === 'native' ? nativeBackend(engine.tf).binding.getNumOfTensors() : 0;
  return { tfjs: engine.tf.memory().numTensors, native };
}

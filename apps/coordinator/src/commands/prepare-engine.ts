import { errorCode, errorMessage } from '@lethe/errors';
import { installTensorFlow } from '@lethe/lethe';
import { hearEndingSignals } from '../signals/ending-signals.js';

/** Where a command's preparation is said. */
type Say = (line: string) => void;

/**
 * Sets native TensorFlow up if it is not. Where there is none for this kind of machine nothing happens: runs compute on WebAssembly there,
 * and say so.
 *
 * @param isNeeded false: without TensorFlow the command goes on, and has been told why
 * @throws LetheError ENGINE_SETUP_FAILED, INTERRUPTED
 */
export async function prepareEngine(isNeeded: boolean, say: Say): Promise<void> {
  const interrupt = new AbortController();
  const hearNoMore = hearEndingSignals(() => { interrupt.abort(); });
  try {
    await installTensorFlow({ report: (line) => { say(`lethe: ${line}`); }, signal: interrupt.signal });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENGINE_UNSUPPORTED_PLATFORM') return;
    if (code === 'ENGINE_SETUP_FAILED' && !isNeeded) {
      say(errorMessage(error));
      return;
    }
    if (code === 'ENGINE_SETUP_FAILED') say('(--engine wasm does without TensorFlow, several times slower)');
    throw error;
  } finally {
    hearNoMore();
  }
}

import { errorCode, LetheError } from '@lethe/errors';

import type { Engine } from './engine.js';
import { loadNativeEngine } from './native-engine.js';
import { loadPlainEngine } from './plain-engine.js';

/** Which engine to load, and what to do without native TensorFlow. */
export interface LoadEngineOptions {
  /** `cpu` is tfjs in plain JavaScript, hundreds of times slower: for tests. */
  readonly prefer: 'native' | 'wasm' | 'cpu';
  /** Load wasm when native TensorFlow is not set up, instead of failing with ENGINE_MISSING or ENGINE_UNSUPPORTED_PLATFORM. */
  readonly allowFallback?: boolean;
  /** Gets the reason when another engine than the preferred one is loaded. */
  readonly warn?: (message: string) => void;
}

/**
 * Loads the tensor engine of this process. TensorFlow reads its settings from the environment when it is loaded, so a
 * process must have been started with `engineEnvironment`.
 */
export async function loadEngine(options: LoadEngineOptions): Promise<Engine> {
  if (options.prefer !== 'native') return loadPlainEngine(options.prefer);
  try {
    return await loadNativeEngine();
  } catch (error) {
    const isThere = !['ENGINE_MISSING', 'ENGINE_UNSUPPORTED_PLATFORM'].includes(errorCode(error) ?? '');
    if (options.allowFallback !== true || isThere) throw error;
    const reason = error instanceof LetheError ? error.message : String(error);
    options.warn?.(`Computing with the slower wasm engine. ${reason}`);
    return loadPlainEngine('wasm');
  }
}

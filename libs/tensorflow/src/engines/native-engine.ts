import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import util from 'node:util';

import { errorMessage, LetheError } from '@lethe/errors';
import { ADDON_NAME, completeFiles, nativeFolder, whyNotNative } from '@lethe/tensorflow-setup';
import type * as tfjs from '@tensorflow/tfjs';

import { compileGraphStep, shareGraphs } from '../graph/graph-step.js';
import { nativeBackend, type NativeBinding } from '../native-backend.js';
import { nativeOperations } from '../operations/native-operations.js';
import { copyingVector, NativeHeldVector } from '../steps/held-vector.js';
import { activateBackend, inTurn } from './active-backend.js';
import { shortHash } from './engine-fingerprint.js';
import type { Engine } from './engine.js';
import { loadTfjs } from './load-tfjs.js';

const require = createRequire(import.meta.url);

/** Loads TensorFlow itself, or fails with ENGINE_MISSING when it has not been set up. */
export async function loadNativeEngine(): Promise<Engine> {
  const folder = nativeFolder();
  if (folder === null) throw whyNotNative();
  restoreUtil();
  const tf = await loadTfjs();
  try {
    await registerBackend(tf, join(folder, ADDON_NAME));
  } catch (error) {
    throw new LetheError('ENGINE_MISSING', `Native TensorFlow in ${folder} does not load: ${errorMessage(error)}`, { cause: error });
  }
  const { binding } = nativeBackend(tf);
  return {
    name: 'native',
    version: binding.TF_Version,
    build: buildOf(folder),
    device: binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
    graphs: true,
    tf,
    operations: nativeOperations(tf),
    share: (steps, inputs) => shareGraphs(binding, steps, inputs),
    vector: copyingVector,
    hold: (values) => new NativeHeldVector(binding, values),
    compile: (name, step, signature) => inTurn(() => {
      activateBackend(tf, 'tensorflow');
      return compileGraphStep(tf, name, step, signature);
    }),
  };
}

/**
 * The name of what was set up, whose wheels are pinned, and a hash of the sizes that its libraries had then. Reading hundreds of
 * megabytes at each start would take too long.
 */
function buildOf(folder: string): string {
  const sizes = Object.entries(completeFiles(folder) ?? {}).filter(([path]) => path.startsWith('tensorflow/'));
  return `${basename(folder)}/${shortHash(JSON.stringify(sizes))}`;
}

let registered: Promise<void> | null = null;

/** Once for a process, as the package of the binding does when it is loaded as a whole; two that ask at once wait for the same. */
function registerBackend(tf: typeof tfjs, addon: string): Promise<void> {
  registered ??= startBackend(tf, addon).catch((error: unknown) => {
    registered = null;
    throw error;
  });
  return registered;
}

async function startBackend(tf: typeof tfjs, addon: string): Promise<void> {
  if (tf.engine().registryFactory['tensorflow'] !== undefined) return;
  const binding = require(addon) as NativeBinding;
  const { NodeJSKernelBackend } = await import('./tfjs-node-backend.js');
  // The name is that of the package whose backend asks the addon for a GPU.
  const backend = new NodeJSKernelBackend(binding as never, '@tensorflow/tfjs-node-gpu');
  tf.registerBackend('tensorflow', () => backend, 3);
  if (!(await inTurn(() => tf.setBackend('tensorflow')))) throw new Error('its backend does not start');
}

/** The package calls two functions that Node 23 removed. */
function restoreUtil(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  };
  for (const [name, replacement] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: replacement, configurable: true });
  }
}

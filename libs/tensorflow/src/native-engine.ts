import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import util from 'node:util';

import { LetheError } from '@lethe/errors';
import type * as tfjs from '@tensorflow/tfjs';

import type { Engine } from './engine.js';
import { compileNativeStep, shareNatively } from './graph/native-step.js';
import { copyingVector } from './copying-memory.js';
import { shortHash } from './engine-fingerprint.js';
import { NativeHeldVector } from './held-vector.js';
import { nativeBackend } from './native-backend.js';
import { nativeOperations } from './operations-native.js';
import { completeFiles } from './setup/cache-folder.js';

const require = createRequire(import.meta.url);
const packageName = '@tensorflow/tfjs-node-gpu';

/** Where the set-up links the compiled addon. */
function addonPath(): string {
  return join(dirname(require.resolve(`${packageName}/package.json`)), 'lib/napi-v8/tfjs_binding.node');
}

/** The cache folder that holds TensorFlow; null before the set-up. */
export function nativeFolder(): string | null {
  return isNativeReady() ? dirname(realpathSync(addonPath())) : null;
}

/** Whether native TensorFlow has been set up. Looks only; loads nothing. */
export function isNativeReady(): boolean {
  return existsSync(addonPath());
}

/** Loads TensorFlow itself, or fails with ENGINE_MISSING when it has not been set up. */
export function loadNativeEngine(): Engine {
  if (!isNativeReady()) throw missing(`${addonPath()} does not exist`);
  restoreUtil();
  let tf: typeof tfjs;
  try {
    tf = require(packageName) as typeof tfjs;
  } catch (error) {
    throw missing(`loading it failed`, error);
  }
  const { binding } = nativeBackend(tf);
  return {
    name: 'native',
    version: binding.TF_Version,
    build: buildOf(dirname(realpathSync(addonPath()))),
    device: binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
    graphs: true,
    tf,
    operations: nativeOperations(tf),
    share: (steps, inputs) => shareNatively(binding, steps, inputs),
    vector: copyingVector,
    hold: (values) => new NativeHeldVector(binding, values),
    compile: async (name, step, signature) => {
      if (tf.getBackend() !== 'tensorflow') await tf.setBackend('tensorflow');
      return compileNativeStep(tf, name, step, signature);
    },
  };
}

/** The name of what was set up, whose wheels are pinned, and what its libraries were measured to be then: nobody reads hundreds of megabytes at each start. */
function buildOf(folder: string): string {
  const sizes = Object.entries(completeFiles(folder) ?? {}).filter(([path]) => path.startsWith('tensorflow/'));
  return `${basename(folder)}/${shortHash(JSON.stringify(sizes))}`;
}

function missing(reason: string, cause?: unknown): LetheError {
  return new LetheError(
    'ENGINE_MISSING',
    `Native TensorFlow is not set up (${reason}). Run: npx nx run tensorflow:setup`,
    { cause },
  );
}

/** The package calls two functions that Node 23 took away. */
function restoreUtil(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: (value: unknown) => Array.isArray(value),
  };
  for (const [name, replacement] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value: replacement, configurable: true });
  }
}

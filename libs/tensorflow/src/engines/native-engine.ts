import { createRequire } from 'node:module';
import { basename } from 'node:path';
import util from 'node:util';

import { LetheError } from '@lethe/errors';
import { addonPath, completeFiles, nativeFolder } from '@lethe/tensorflow-setup';
import type * as tfjs from '@tensorflow/tfjs';

import { compileGraphStep, shareGraphs } from '../graph/graph-step.js';
import { nativeBackend } from '../native-backend.js';
import { nativeOperations } from '../operations/native-operations.js';
import { copyingVector, NativeHeldVector } from '../steps/held-vector.js';
import { shortHash } from './engine-fingerprint.js';
import type { Engine } from './engine.js';

const require = createRequire(import.meta.url);

/** Loads TensorFlow itself, or fails with ENGINE_MISSING when it has not been set up. */
export function loadNativeEngine(): Engine {
  const folder = nativeFolder();
  if (folder === null) throw missing(`${addonPath()} does not exist`);
  restoreUtil();
  let tf: typeof tfjs;
  try {
    tf = require('@tensorflow/tfjs-node-gpu') as typeof tfjs;
  } catch (error) {
    throw missing(`loading it failed`, error);
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
    compile: async (name, step, signature) => {
      if (tf.getBackend() !== 'tensorflow') await tf.setBackend('tensorflow');
      return compileGraphStep(tf, name, step, signature);
    },
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

function missing(reason: string, cause?: unknown): LetheError {
  return new LetheError(
    'ENGINE_MISSING',
    `Native TensorFlow is not set up (${reason}). Run: npx nx run tensorflow-setup:setup`,
    { cause },
  );
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

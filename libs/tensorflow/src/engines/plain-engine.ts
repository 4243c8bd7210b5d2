import { LetheError } from '@lethe/errors';

import { plainOperations } from '../operations/plain-operations.js';
import { registerConv2DBackpropFilter } from '../operations/wasm-conv2d-backprop-filter.js';
import type { SharedComputation } from '../steps/compiled-step.js';
import { EagerStep } from '../steps/eager-step.js';
import { EagerHeldVector } from '../steps/held-vector.js';
import { activateBackend, inTurn } from './active-backend.js';
import type { Engine } from './engine.js';
import { loadTfjs, loadWasmBackend } from './load-tfjs.js';

/** Loads tfjs on WebAssembly, or in plain JavaScript for tests; neither needs a set-up. */
export async function loadPlainEngine(name: 'wasm' | 'cpu'): Promise<Engine> {
  const tf = await loadTfjs();
  tf.enableProdMode(); // otherwise it prints the advice to install what is not set up here
  if (name === 'wasm') {
    await loadWasmBackend();
    registerConv2DBackpropFilter(tf);
  }
  const isStarted = await inTurn(() => tf.setBackend(name));
  if (!isStarted) throw new LetheError('ENGINE_MISSING', `The ${name} engine does not start here.`);
  const activate = (): void => { activateBackend(tf, name); };
  return {
    name,
    version: tf.version.tfjs,
    build: null,
    device: 'cpu',
    graphs: false,
    tf,
    operations: plainOperations(tf),
    share: (_steps, inputs) => shareNothing(inputs),
    // A copy: tfjs keeps the array that it gets.
    vector: (length) => new Float32Array(length),
    hold: (values) => {
      activate();
      return new EagerHeldVector(tf.tensor1d(values.slice()));
    },
    compile: (stepName, step, signature) => Promise.resolve(new EagerStep({ tf, activate, name: stepName, step, signature })),
  };
}

/** An engine that runs operation by operation shares nothing. */
function shareNothing(inputs: readonly string[]): SharedComputation {
  return { inputs, run: () => ({ dispose: () => undefined }) };
}

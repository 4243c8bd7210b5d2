import type { Tensor, Tensor1D } from '@tensorflow/tfjs';

import { inCopyingMemory } from './copying-memory.js';
import type { NativeBinding } from './native-backend.js';

/**
 * A float32 vector that stays with the engine between runs, for parameters that many steps read: handing megabytes over
 * anew for each would cost more than some of the steps.
 */
export interface HeldVector {
  readonly length: number;
  /** Frees it. No step may use it afterwards. */
  dispose(): void;
}

/** Held by TensorFlow. */
export class NativeHeldVector implements HeldVector {
  readonly length: number;
  readonly handle: number;
  readonly #binding: NativeBinding;

  constructor(binding: NativeBinding, values: Float32Array) {
    this.length = values.length;
    this.#binding = binding;
    this.handle = binding.createTensor([values.length], binding.TF_FLOAT, inCopyingMemory(values));
  }

  dispose(): void {
    this.#binding.deleteTensor(this.handle);
  }
}

/** Held by a tfjs backend. */
export class EagerHeldVector implements HeldVector {
  readonly length: number;
  readonly tensor: Tensor;

  constructor(tensor: Tensor1D) {
    this.length = tensor.size;
    this.tensor = tensor;
  }

  dispose(): void {
    this.tensor.dispose();
  }
}

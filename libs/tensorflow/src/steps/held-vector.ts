import type { Tensor, Tensor1D } from '@tensorflow/tfjs';

import type { NativeBinding } from '../native-backend.js';

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

const PAGE_BYTES = 65_536;
/** TensorFlow takes over memory that is aligned like this, and copies all other. WebAssembly's begins on a page. */
const ALIGNMENT_BYTES = 64;
const MISALIGNMENT_BYTES = Float32Array.BYTES_PER_ELEMENT;

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: { readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } } };

let memory = new ArrayBuffer(0);
const copied = new WeakSet<ArrayBufferLike>();

/** A vector of which TensorFlow makes copies of its own, as long as they do not begin at an aligned element. */
export function copyingVector(length: number): Float32Array {
  const bytes = MISALIGNMENT_BYTES + length * Float32Array.BYTES_PER_ELEMENT;
  const { buffer } = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  copied.add(buffer);
  return new Float32Array(buffer, MISALIGNMENT_BYTES, length);
}

/**
 * The values in memory from which TensorFlow makes a copy of its own. The memory is used again by the next call: taking a new
 * array each time would have the garbage collector run in every round.
 */
export function inCopyingMemory(values: Float32Array): Float32Array {
  if (copied.has(values.buffer) && values.byteOffset % ALIGNMENT_BYTES !== 0) return values;
  const bytes = MISALIGNMENT_BYTES + values.byteLength;
  if (memory.byteLength < bytes) memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) }).buffer;
  const place = new Float32Array(memory, MISALIGNMENT_BYTES, values.length);
  place.set(values);
  return place;
}

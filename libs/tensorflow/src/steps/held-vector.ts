import type { Tensor, Tensor1D } from '@tensorflow/tfjs';

import type { NativeBinding } from '../native-backend.js';

/**
 * A float32 vector that stays with the engine between runs, for parameters that many steps read: copying megabytes for
 * each step would take longer than some of the steps.
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
/** TensorFlow uses memory that is aligned like this as it is, and copies all other. WebAssembly's begins on a page. */
const ALIGNMENT_BYTES = 64;
const MISALIGNMENT_BYTES = Float32Array.BYTES_PER_ELEMENT;

type WasmMemory = new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: { readonly Memory: WasmMemory } };

let memory = new ArrayBuffer(0);
const copied = new WeakSet<ArrayBufferLike>();

/** A vector whose parts TensorFlow copies, unless a part begins at an aligned element. */
export function copyingVector(length: number): Float32Array {
  const bytes = MISALIGNMENT_BYTES + length * Float32Array.BYTES_PER_ELEMENT;
  const { buffer } = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
  copied.add(buffer);
  return new Float32Array(buffer, MISALIGNMENT_BYTES, length);
}

/**
 * The values in memory that TensorFlow copies. The next call writes into the same memory: with a new array each time the garbage
 * collector would run in every round.
 */
function inCopyingMemory(values: Float32Array): Float32Array {
  if (copied.has(values.buffer) && values.byteOffset % ALIGNMENT_BYTES !== 0) return values;
  const bytes = MISALIGNMENT_BYTES + values.byteLength;
  if (memory.byteLength < bytes) memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) }).buffer;
  const place = new Float32Array(memory, MISALIGNMENT_BYTES, values.length);
  place.set(values);
  return place;
}

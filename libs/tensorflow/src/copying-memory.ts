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

const PAGE_BYTES = 65_536;
/** TensorFlow takes over memory that is aligned to 64 bytes, and copies all other. WebAssembly's begins on a page. */
const MISALIGNMENT_BYTES = Float32Array.BYTES_PER_ELEMENT;

const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: { readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } } };

let memory = new ArrayBuffer(0);

/**
 * The values in memory from which TensorFlow makes a copy of its own. The memory is used again by the next call: taking a new
 * array each time would have the garbage collector run in every round.
 */
export function inCopyingMemory(values: Float32Array): Float32Array {
  const bytes = MISALIGNMENT_BYTES + values.byteLength;
  if (memory.byteLength < bytes) memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) }).buffer;
  const place = new Float32Array(memory, MISALIGNMENT_BYTES, values.length);
  place.set(values);
  return place;
}

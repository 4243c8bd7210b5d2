/** Buffers for partial sums, used again and again: fresh memory would have to be cleared every time. */
export class BufferPool {
  readonly #free = new Map<number, Float32Array[]>();

  /** A vector of that many elements with whatever is in it. */
  take(length: number): Float32Array {
    return this.#free.get(length)?.pop() ?? new Float32Array(length);
  }

  give(buffer: Float32Array): void {
    const free = this.#free.get(buffer.length);
    if (free === undefined) this.#free.set(buffer.length, [buffer]);
    else free.push(buffer);
  }
}

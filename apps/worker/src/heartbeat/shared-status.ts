import type { WorkerStatus } from '@lethe/membership';

const HEADER_BYTES = 8;
const TOTAL_BYTES = 4096;
/** Places in the header: a sequence number that is odd during a write, and the number of bytes that were written. */
const [SEQUENCE, LENGTH] = [0, 1];

/**
 * A worker's status in shared memory (a sequence lock): one thread writes, another reads at any time without being woken. A message for
 * each step would cost the step a fifth of a millisecond.
 */
export class SharedStatus {
  readonly memory: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #text: Uint8Array;

  /** @param memory that the other thread has made; left out by the thread that makes it */
  constructor(memory = new SharedArrayBuffer(TOTAL_BYTES)) {
    this.memory = memory;
    this.#header = new Int32Array(memory, 0, 2);
    this.#text = new Uint8Array(memory, HEADER_BYTES);
  }

  /** @throws RangeError if the status does not fit into the memory */
  write(status: WorkerStatus): void {
    const text = Buffer.from(JSON.stringify(status));
    const most = this.#text.length;
    if (text.length > most) throw new RangeError(`expected a status of at most ${most} bytes, found ${text.length}`);
    Atomics.add(this.#header, SEQUENCE, 1);
    this.#text.set(text);
    Atomics.store(this.#header, LENGTH, text.length);
    Atomics.add(this.#header, SEQUENCE, 1);
  }

  read(): WorkerStatus {
    for (;;) {
      const before = Atomics.load(this.#header, SEQUENCE);
      const text = Buffer.from(this.#text.slice(0, Atomics.load(this.#header, LENGTH)));
      if (before % 2 === 0 && Atomics.load(this.#header, SEQUENCE) === before) return JSON.parse(text.toString()) as WorkerStatus;
    }
  }
}

import { LetheError } from '@lethe/errors';
import type { Frames } from '../messages.js';

/** The error of every message that does not follow the protocol. */
export function malformed(what: string, cause?: unknown): LetheError {
  return new LetheError('MESSAGE_MALFORMED', `malformed message: ${what}`, { cause });
}

/** The bytes of a vector in a frame: a view, not a copy. Every platform the engine runs on is little-endian. */
export function bytesOf(values: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Reads the raw frames behind a header, in order. Each must be there and have complete elements. */
export class FrameReader {
  readonly #kind: string;
  readonly #frames: Frames;
  #next = 1; // frame 0 of the multipart message is the envelope

  constructor(kind: string, frames: Frames) {
    this.#kind = kind;
    this.#frames = frames;
  }

  /** The next frame as float32 values: a view if its bytes are aligned, else a copy. */
  float32(name: string): Float32Array {
    const bytes = this.#aligned(name, Float32Array.BYTES_PER_ELEMENT);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
  }

  /** The next frame as float64 values: a view if its bytes are aligned, else a copy. */
  float64(name: string): Float64Array {
    const bytes = this.#aligned(name, Float64Array.BYTES_PER_ELEMENT);
    return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float64Array.BYTES_PER_ELEMENT);
  }

  /** Refuses frames that were not read. */
  end(): void {
    const extra = this.#frames.length - this.#next;
    if (extra > 0) throw malformed(`${this.#kind} has ${extra} frame(s) more than its header announces`);
  }

  #aligned(name: string, elementBytes: number): Uint8Array {
    const frame = this.#frames[this.#next];
    if (frame === undefined) throw malformed(`${this.#kind} lacks the frame of its ${name}`);
    if (frame.byteLength % elementBytes !== 0) {
      const expected = `a multiple of ${elementBytes} bytes`;
      throw malformed(`the ${name} of ${this.#kind} must be ${expected} long, found ${frame.byteLength}`);
    }
    this.#next += 1;
    // A new array rather than slice(): that of a Buffer shares memory.
    return frame.byteOffset % elementBytes === 0 ? frame : new Uint8Array(frame);
  }
}

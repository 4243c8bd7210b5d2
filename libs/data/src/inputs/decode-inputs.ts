import { setImmediate } from 'node:timers/promises';
import { LetheError } from '@lethe/errors';
import { inputLength, type BadInput, type InputReader, type OddInputs } from '../model/inputs.js';
import { lowerThreadPriority } from './background-threads.js';
import { bytesOfExample } from './input-values.js';

/** Bounds on what is decoded at once: memory, and how long it takes until Ctrl-C is heard. */
const PIECE_BYTES = 2 ** 23;
const PIECE_EXAMPLES = 256;

/** What is decoded sooner gives way to nobody. */
const SHORT_MS = 2000;

/** What may be known of decoding while it goes on. */
export interface DecodingOptions {
  /** Told after each piece, in examples. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Ends it between two pieces. */
  readonly signal?: AbortSignal | undefined;
}

/** Takes decoded examples from example `first` on. */
type Take = (piece: Uint8Array | Float32Array, first: number) => Promise<void> | void;

/** What could not be read, or not as it should be. */
export interface Faults {
  readonly bad: readonly BadInput[];
  readonly odd: OddInputs;
}

/**
 * Decodes all examples, piece after piece; if it takes long, in threads that give way to whatever computes on the machine.
 * @throws LetheError INTERRUPTED, and what the reader throws
 */
export async function decodeInputs(reader: InputReader, take: Take, { onProgress, signal }: DecodingOptions): Promise<Faults> {
  const { shape, values, count } = reader;
  const atOnce = Math.min(PIECE_EXAMPLES, Math.max(1, Math.floor(PIECE_BYTES / bytesOfExample(shape, values))));
  const found: (readonly BadInput[])[] = [];
  let odd: OddInputs = { count: 0, first: '' };
  const begun = performance.now();
  for (let first = 0; first < count; first += atOnce) {
    const end = Math.min(first + atOnce, count);
    const { inputs, bad, odd: oddHere = [] } = await reader.read(first, end);
    const expected = (end - first) * inputLength(shape);
    if (inputs.length !== expected) throw new TypeError(`a reader of inputs decoded ${inputs.length} values instead of ${expected}`);
    await take(inputs, first);
    found.push(bad);
    odd = { count: odd.count + oddHere.length, first: odd.count > 0 ? odd.first : oddHere[0]?.reason ?? '' };
    onProgress?.(end, count);
    if (performance.now() - begun > SHORT_MS) await lowerThreadPriority();
    await setImmediate(); // signals are heard meanwhile
    if (signal?.aborted === true) throw new LetheError('INTERRUPTED', `stopped after ${end} of ${count} examples had been decoded`);
  }
  return { bad: found.flat(), odd };
}

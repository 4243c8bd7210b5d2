import bitIterator from 'unbzip2-stream/lib/bit_iterator.js';
import bzip2 from 'unbzip2-stream/lib/bzip2.js';

const BLOCK_UNIT = 100_000;
const FIRST_BYTES = 1 << 20;

/** Bzip2 data are damaged or cut off. */
export class Bzip2Damage extends Error {}

/**
 * Unpacks bzip2 data block by block: a block of a few bytes may hold 46 MB. Streams may follow one another.
 * @param check is told how long the block is by now, and throws where that is too much
 * @throws Bzip2Damage
 */
export function *bunzip2(packed: Uint8Array, check: (bytes: number) => void): Generator<Uint8Array> {
  let given = false;
  const bits = damage(() => bitIterator(() => {
    if (given) throw new RangeError('the data end within a block');
    given = true;
    return packed;
  }));
  while (bits.bytesRead < packed.length) {
    const size = BLOCK_UNIT * damage(() => bzip2.header(bits));
    const work = new Int32Array(size);
    for (let sum: number | null = 0; ;) {
      const block = new Block(check);
      const before: number = sum;
      sum = damage(() => bzip2.decompress(bits, (byte) => block.push(byte), work, size, before), block);
      if (sum === null) break;
      yield block.bytes();
    }
  }
}

/** The bytes of a block as they come. */
class Block {
  /** Why the block was given up. */
  refusal: Error | null = null;
  readonly #check: (bytes: number) => void;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  constructor(check: (bytes: number) => void) {
    this.#check = check;
  }

  push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(): void {
    try {
      this.#check(this.#length + 1);
    } catch (error) {
      if (error instanceof Error) this.refusal = error;
      throw error;
    }
    const larger = new Uint8Array(2 * this.#length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** The library throws errors of any kind at damaged data. */
function damage<Result>(decode: () => Result, block: Block | null = null): Result {
  try {
    return decode();
  } catch (error) {
    throw block?.refusal ?? new Bzip2Damage('bzip2 data', { cause: error });
  }
}

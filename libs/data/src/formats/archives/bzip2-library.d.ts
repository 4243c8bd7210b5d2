/** The decoder behind the stream of `unbzip2-stream`, which would unpack all that it has been given before anything can stop it. */
declare module 'unbzip2-stream/lib/bzip2.js' {
  import type bitIterator from 'unbzip2-stream/lib/bit_iterator.js';

  const bzip2: {
    /** Reads the head of a stream: its block size in 100,000 bytes. */
    header(bits: bitIterator.Bits): number;
    /** Decodes a block, and gives the checksum so far; null where the stream ends. */
    decompress(bits: bitIterator.Bits, push: (byte: number) => void, work: Int32Array, size: number, sum: number): number | null;
  };
  export = bzip2;
}

declare module 'unbzip2-stream/lib/bit_iterator.js' {
  function bitIterator(nextBuffer: () => Uint8Array): bitIterator.Bits;
  namespace bitIterator {
    interface Bits {
      (count: number | null): number;
      bytesRead: number;
    }
  }
  export = bitIterator;
}

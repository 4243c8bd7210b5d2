import { inputLength, type BadInput, type InputReader } from '../model/inputs.js';
import { bytesOfExample } from './input-values.js';

/** Inputs that are read from a file at once. */
const BLOCK_BYTES = 2 ** 22;

interface Block {
  readonly index: number;
  readonly read: ReturnType<InputReader['read']>;
}

/**
 * A reader of the same inputs that reads its file block by block and keeps the last one: for inputs that are read as fast as they lie in
 * their file, but of which few are wanted at once, as where the rows of populations lie between each other.
 */
export function inBlocks(reader: InputReader): InputReader {
  const { shape, values, count } = reader;
  const length = inputLength(shape);
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / bytesOfExample(shape, values)));
  let last: Block | null = null;
  const blockOf = (index: number): Block['read'] => {
    if (last?.index !== index) last = { index, read: reader.read(index * perBlock, Math.min(count, (index + 1) * perBlock)) };
    return last.read;
  };
  return {
    ...reader,
    read: async (first, end) => {
      const inputs = values === 'bytes' ? new Uint8Array((end - first) * length) : new Float32Array((end - first) * length);
      const bad: BadInput[] = [];
      for (let begin = first; begin < end;) {
        const start = begin - begin % perBlock;
        const stop = Math.min(end, start + perBlock);
        const block = await blockOf(start / perBlock);
        inputs.set(block.inputs.subarray((begin - start) * length, (stop - start) * length), (begin - first) * length);
        for (const one of block.bad) if (one.example >= begin && one.example < stop) bad.push(one);
        begin = stop;
      }
      return { inputs, bad };
    },
  };
}

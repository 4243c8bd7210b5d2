import { describe, expect, it } from 'vitest';
import type { InputReader } from '../model/inputs.js';
import { inBlocks } from './block-reader.js';
import { arrayReader } from './input-readers.js';
import { asBytes } from './input-values.js';

/** Four examples fit into a block. */
const SIDE = 512;
const SHAPE = { height: SIDE, width: SIDE, channels: 1 };

describe('inBlocks', () => {
  const numbers = Float32Array.from({ length: 10 * SIDE * SIDE }, (_, index) => index % 1009);
  const whole = arrayReader(numbers, SHAPE);
  const asked: [number, number][] = [];
  const counted: InputReader = {
    ...whole,
    read: async (first, end) => {
      asked.push([first, end]);
      const bad = [2, 5, 9].filter((example) => example >= first && example < end).map((example) => ({ example, reason: 'bad' }));
      return { ...await whole.read(first, end), bad };
    },
  };

  it('gives any range of the inputs, and what is bad in it, out of blocks that are read once', async () => {
    const reader = inBlocks(counted);
    for (const [first, end] of [[0, 1], [2, 3], [3, 6], [6, 7], [8, 10], [9, 9]] as const) {
      const { inputs, bad } = await reader.read(first, end);
      // Comparing millions of numbers one by one takes seconds.
      const expected = numbers.subarray(first * SIDE * SIDE, end * SIDE * SIDE);
      expect(Buffer.compare(asBytes(inputs), asBytes(expected))).toBe(0);
      expect(bad.map(({ example }) => example)).toEqual([2, 5, 9].filter((example) => example >= first && example < end));
    }
    expect(asked).toEqual([[0, 4], [4, 8], [8, 10]]);
  });
});

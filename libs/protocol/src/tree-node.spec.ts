import { describe, expect, it } from 'vitest';
import { alignedNodes } from './tree-node.js';

describe('alignedNodes', () => {
  it('cuts shards into the fewest nodes of the fixed tree', () => {
    expect(alignedNodes(0, 8)).toStrictEqual([{ first: 0, count: 8 }]);
    expect(alignedNodes(3, 8)).toStrictEqual([
      { first: 3, count: 1 },
      { first: 4, count: 4 },
    ]);
    expect(alignedNodes(5, 5)).toStrictEqual([]);
  });

  it('covers every shard once with aligned powers of two, for all small ranges', () => {
    for (let to = 0; to <= 64; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        let reached = from;
        for (const { first, count } of alignedNodes(from, to)) {
          expect(first).toBe(reached);
          expect(Math.log2(count) % 1).toBe(0);
          expect(first % count).toBe(0);
          reached += count;
        }
        expect(reached).toBe(to);
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import { divideShards } from './step-shares.js';

describe('the shards of a step', () => {
  it('are all assigned, once, in aligned nodes, to any number of workers', () => {
    for (const shards of [1, 2, 4, 8, 64]) {
      for (let workers = 1; workers <= 9; workers += 1) {
        const divided = divideShards(shards, workers);
        expect(divided).toHaveLength(workers);
        const nodes = divided.flat();
        const assigned = nodes.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index));
        expect(assigned).toEqual(Array.from({ length: shards }, (_, shard) => shard));
        for (const { first, count } of nodes) expect([first % count, Math.log2(count) % 1]).toEqual([0, 0]);
      }
    }
    expect(divideShards(4, 3)).toEqual([[{ first: 0, count: 1 }], [{ first: 1, count: 1 }], [{ first: 2, count: 2 }]]);
  });
});

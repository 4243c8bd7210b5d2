import { describe, expect, it } from 'vitest';
import { DomainBatches, type DomainBatchesOptions } from './domain-batches.js';

/** Six examples of domain 0, three of domain 1, twelve of domain 3. */
const domains = Uint32Array.from([...new Array<number>(6).fill(0), ...new Array<number>(3).fill(1), ...new Array<number>(12).fill(3)]);
const training = Uint32Array.from(domains.keys());
function batches(options: Partial<DomainBatchesOptions> = {}): DomainBatches {
  return new DomainBatches({ training, domains, batchSize: 12, shards: 2, seed: 1, ...options });
}

describe('DomainBatches', () => {
  it('gives every shard as much of each domain, in the domains\' order', () => {
    for (const round of [0, 1, 7]) {
      expect([...batches().round(round)].map((index) => domains[index])).toEqual([0, 0, 1, 1, 3, 3, 0, 0, 1, 1, 3, 3]);
    }
  });

  it('passes every domain at its own pace', () => {
    const seen = [0, 1, 2].flatMap((round) => [...batches().round(round)]);
    const times = (index: number): number => seen.filter((found) => found === index).length;
    // Three rounds of four: six examples come twice, three come four times, twelve once.
    expect([...training].map(times)).toEqual([...domains].map((domain) => [2, 4, 0, 1][domain]));
  });

  it('draws populations that lie in the same order independently, not pair by pair', () => {
    const twins = Uint32Array.from({ length: 200 }, (_, index) => (index < 100 ? 0 : 1));
    const all = Uint32Array.from(twins.keys());
    const round = new DomainBatches({ training: all, domains: twins, batchSize: 100, shards: 1, seed: 1 }).round(0);
    const pairs = [...round.subarray(0, 50)].filter((index, position) => round[50 + position] === index + 100);
    expect(pairs.length).toBeLessThan(10);
  });

  it('is a function of the seed and the round', () => {
    expect(batches().round(5)).toEqual(batches().round(5));
    expect(batches().round(5)).not.toEqual(batches({ seed: 2 }).round(5));
  });

  it('leaves out what is held out, and refuses parts that are not equal', () => {
    const round = batches({ training: training.filter((index) => index !== 0) }).round(0);
    expect([...round]).not.toContain(0);
    expect(() => batches({ batchSize: 16 })).toThrow('expected a multiple of 2 shards times 3 domains, found 16');
  });
});

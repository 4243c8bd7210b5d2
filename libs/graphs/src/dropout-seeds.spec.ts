import { describe, expect, it } from 'vitest';
import { dropoutSeeds } from './dropout-seeds.js';

describe('the dropout seeds', () => {
  it('of a round stay the same in all its phases and inner steps, if these see the same batch; those of a step do not', () => {
    const batchPer = 'round';
    const [first, second] = [0, 1].map((phase) => dropoutSeeds(7, { round: 3, phase, innerStep: 0 }, { shard: 2, batchPer }));
    expect(first?.round).toEqual(second?.round);
    expect(first?.step).not.toEqual(second?.step);
    expect(first).toEqual(dropoutSeeds(7, { round: 3, phase: 0, innerStep: 0 }, { shard: 2, batchPer }));
    const [one, other] = [0, 1].map((phase) => dropoutSeeds(7, { round: 3, phase, innerStep: 0 }, { shard: 2, batchPer: 'step' }));
    expect(one?.round).not.toEqual(other?.round);
  });

  it('are all different over seeds, rounds and shards', () => {
    const seen = new Set<string>();
    for (const seed of [1, 2]) for (let round = 0; round < 200; round += 1) for (let shard = 0; shard < 8; shard += 1) {
      const { round: ofRound, step } = dropoutSeeds(seed, { round, phase: 0, innerStep: 0 }, { shard, batchPer: 'round' });
      seen.add(ofRound.join()).add(step.join());
    }
    expect(seen.size).toBe(2 * 200 * 8 * 2);
  });
});

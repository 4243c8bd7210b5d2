import { describe, expect, it } from 'vitest';
import { BatchStream, roundsOfEpochs, shardIndices } from './batch-stream.js';

/** Ten indices with gaps, as if others were held out. */
const TRAINING = Uint32Array.from({ length: 10 }, (_, index) => index * 3);

function rounds(stream: BatchStream, count: number): number[] {
  return Array.from({ length: count }, (_, round) => [...stream.round(round)]).flat();
}

describe('BatchStream', () => {
  it('uses every training index once per pass, across rounds that straddle two', () => {
    const all = rounds(new BatchStream({ training: TRAINING, batchSize: 4, seed: 1 }), 10);
    for (let pass = 0; pass < 4; pass += 1) {
      expect(all.slice(pass * 10, pass * 10 + 10).sort((a, b) => a - b)).toEqual([...TRAINING]);
    }
  });

  it('shuffles every pass anew', () => {
    const stream = new BatchStream({ training: TRAINING, batchSize: 10, seed: 1 });
    const passes = [0, 1, 2, 3].map((round) => String(stream.round(round)));
    expect(new Set([String(TRAINING), ...passes]).size).toBe(5);
  });

  it('is one stream, whatever the batch size', () => {
    const byTwo = rounds(new BatchStream({ training: TRAINING, batchSize: 2, seed: 5 }), 30);
    const bySix = rounds(new BatchStream({ training: TRAINING, batchSize: 6, seed: 5 }), 10);
    expect(bySix).toEqual(byTwo);
  });

  it('answers any round without those before it', () => {
    const forward = new BatchStream({ training: TRAINING, batchSize: 4, seed: 9 });
    const expected = Array.from({ length: 50 }, (_, round) => [...forward.round(round)]);
    const back = new BatchStream({ training: TRAINING, batchSize: 4, seed: 9 });
    for (const round of [49, 0, 7, 6, 7, 30, 2, 49]) expect([...back.round(round)]).toEqual(expected[round]);
  });

  it('depends on the seed', () => {
    const ofSeed = (seed: number) => rounds(new BatchStream({ training: TRAINING, batchSize: 10, seed }), 3);
    expect(ofSeed(1)).toEqual(ofSeed(1));
    expect(ofSeed(1)).not.toEqual(ofSeed(2));
  });

  it('stays the same over releases, or old runs could not be resumed', () => {
    const stream = new BatchStream({ training: TRAINING, batchSize: 5, seed: 0 });
    expect([...stream.round(0), ...stream.round(1)]).toEqual([21, 24, 12, 18, 27, 0, 6, 9, 15, 3]);
  });

  it('hands out arrays that a caller may change', () => {
    const stream = new BatchStream({ training: TRAINING, batchSize: 4, seed: 1 });
    const before = [...stream.round(0)];
    stream.round(0).fill(0);
    expect([...stream.round(0)]).toEqual(before);
  });

  it('refuses a round larger than the training set', () => {
    expect(() => new BatchStream({ training: TRAINING, batchSize: 11, seed: 1 })).toThrow(
      'batch size: expected 1 to 10 (the images that are trained on), found 11',
    );
    expect(() => new BatchStream({ training: TRAINING, batchSize: 4, seed: 1 }).round(-1)).toThrow(RangeError);
  });
});

describe('shardIndices', () => {
  it('cuts a round into consecutive parts', () => {
    const round = Uint32Array.of(5, 3, 9, 1);
    expect([0, 1].map((shard) => [...shardIndices(round, shard, 2)])).toEqual([[5, 3], [9, 1]]);
    expect([...shardIndices(round, 0, 1)]).toEqual([5, 3, 9, 1]);
  });

  it('refuses what does not divide and shards that there are not', () => {
    expect(() => shardIndices(new Uint32Array(6), 0, 4)).toThrow('does not divide into 4 shards');
    expect(() => shardIndices(new Uint32Array(8), 4, 4)).toThrow('expected 0 to 3, found 4');
  });
});

describe('roundsOfEpochs', () => {
  it('counts the rounds that fit into the epochs, at least one', () => {
    expect(roundsOfEpochs({ epochs: 1, trainingCount: 10, batchSize: 4 })).toBe(2);
    expect(roundsOfEpochs({ epochs: 2, trainingCount: 10, batchSize: 4 })).toBe(5);
    expect(roundsOfEpochs({ epochs: 5, trainingCount: 55_000, batchSize: 256 })).toBe(1074);
    expect(roundsOfEpochs({ epochs: 1, trainingCount: 3, batchSize: 4 })).toBe(1);
  });
});

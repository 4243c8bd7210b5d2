import { describe, expect, it } from 'vitest';
import { isOver, learningRateFactor } from './learning-rate-schedule.js';

describe('the learning rate', () => {
  it('is over after a share of the run, and keeps its last factor', () => {
    const schedule = { kind: 'linear', warmupRounds: 0, finalFactor: 0, until: 0.5 } as const;
    expect([0, 2, 4, 5, 9].map((round) => learningRateFactor(schedule, round, 10))).toEqual([1, 0.5, 0, 0, 0]);
    expect([4, 5, 9].map((round) => isOver(schedule, round, 10))).toEqual([false, true, true]);
    expect(isOver({ ...schedule, warmupRounds: 7 }, 6, 10)).toBe(false);
    expect(isOver({ ...schedule, finalFactor: 0.1 }, 9, 10)).toBe(false);
    expect(isOver({ ...schedule, until: 1 }, 9, 10)).toBe(false);
  });

  it('climbs linearly over the warm-up, then stays', () => {
    const schedule = { kind: 'constant', warmupRounds: 4, finalFactor: 0, until: 1 } as const;
    expect([0, 1, 2, 3, 4, 99].map((round) => learningRateFactor(schedule, round, 100))).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
  });

  it('falls linearly to the final factor at the last round, and stays there', () => {
    const schedule = { kind: 'linear', warmupRounds: 0, finalFactor: 0.2, until: 1 } as const;
    expect(learningRateFactor(schedule, 0, 11)).toBe(1);
    expect(learningRateFactor(schedule, 5, 11)).toBeCloseTo(0.6, 14);
    expect(learningRateFactor(schedule, 10, 11)).toBeCloseTo(0.2, 14);
    expect(learningRateFactor(schedule, 500, 11)).toBeCloseTo(0.2, 14);
  });

  it('falls along half a cosine', () => {
    const schedule = { kind: 'cosine', warmupRounds: 2, finalFactor: 0.1, until: 1 } as const;
    for (let round = 2; round < 103; round += 1) {
      const expected = 0.1 + (0.9 * (1 + Math.cos((Math.PI * (round - 2)) / 100))) / 2;
      expect(Math.abs(learningRateFactor(schedule, round, 103) - expected)).toBeLessThan(1e-14);
    }
  });

  it('is defined for runs that are all warm-up or one round long', () => {
    expect(learningRateFactor({ kind: 'linear', warmupRounds: 5, finalFactor: 0.5, until: 1 }, 1, 2)).toBe(0.4);
    expect(learningRateFactor({ kind: 'cosine', warmupRounds: 0, finalFactor: 0.5, until: 1 }, 0, 1)).toBeCloseTo(0.5, 14);
  });

  it('anneals as Ganin and Lempitsky do', () => {
    const schedule = { kind: 'annealed', warmupRounds: 0, finalFactor: 0, until: 1 } as const;
    expect([0, 50, 100].map((round) => learningRateFactor(schedule, round, 101))).toEqual(
      [1, 6 ** -0.75, 11 ** -0.75].map((factor) => expect.closeTo(factor, 12) as unknown),
    );
  });
});

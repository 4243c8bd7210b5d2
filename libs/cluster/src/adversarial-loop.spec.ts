import { forgettingObjective } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';
import { describe, expect, it } from 'vitest';
import { adversarialLoop, positionAfter } from './adversarial-loop.js';
import { dropoutSeeds } from '@lethe/graphs';

const objective = forgettingObjective({
  height: 28, width: 28, channels: 1, classes: 10, latentSize: 10, encoderDropout: 0.2, decoderDropout: 0.2, bottleneck: 'article', divergenceWeight: 0,
  adversary: { width: 40, depth: 2, activation: 'tanh', dropout: 0.3, standardise: false, spectralNorm: false, reads: 'mean', members: 1, freshEveryRounds: null },
  hiding: 'negative-likelihood', beta: 0.5, betaRampRounds: 0, classifierTurns: 2,
});

const START = { rounds: 0, steps: 0 };

describe('the alternating game', () => {
  it('plays every inner step of every phase in order, with the round\'s scalars', async () => {
    const played: string[] = [];
    const rounds = await adversarialLoop({
      objective, from: { rounds: 3, steps: 0 }, totalRounds: 5,
      executor: { play: ({ round, phase, innerStep }, { beta }) => { played.push(`${round} ${objective.phases[phase]?.name ?? ''} ${innerStep} ${beta ?? ''}`); return Promise.resolve(); } },
      afterRound: (round) => { played.push(`after ${round}`); return Promise.resolve(true); },
    });
    expect(rounds).toBe(5);
    expect(played).toEqual([3, 4].flatMap((round) => [`${round} classifier 0 0.5`, `${round} classifier 1 0.5`, `${round} autoencoder 0 0.5`, `after ${round}`]));
  });

  it('ends after the round that says so', async () => {
    const rounds = await adversarialLoop({ objective, from: START, totalRounds: 9, executor: { play: () => Promise.resolve() }, afterRound: (round) => Promise.resolve(round < 2) });
    expect(rounds).toBe(3);
  });

  it('goes on after any step with exactly those that come after it', async () => {
    const steps: Step[] = [];
    const executor = { play: (step: Step) => { steps.push(step); return Promise.resolve(); } };
    await adversarialLoop({ objective, from: START, totalRounds: 3, executor, afterRound: () => Promise.resolve(true) });
    for (const [index, step] of [...steps].entries()) {
      const rest = steps.slice(index + 1, 9);
      steps.length = 9;
      await adversarialLoop({ objective, from: positionAfter(objective, step), totalRounds: 3, executor, afterRound: () => Promise.resolve(true) });
      expect(steps.slice(9)).toEqual(rest);
    }
  });
});

describe('the dropout seeds', () => {
  it('of a round stay the same in all its phases and inner steps; those of a step do not', () => {
    const [first, second] = [dropoutSeeds(7, { round: 3, phase: 0, innerStep: 0 }, 2), dropoutSeeds(7, { round: 3, phase: 1, innerStep: 0 }, 2)];
    expect(first.round).toEqual(second.round);
    expect(first.step).not.toEqual(second.step);
    expect(first).toEqual(dropoutSeeds(7, { round: 3, phase: 0, innerStep: 0 }, 2));
  });

  it('are all different over seeds, rounds and shards', () => {
    const seen = new Set<string>();
    for (const seed of [1, 2]) for (let round = 0; round < 200; round += 1) for (let shard = 0; shard < 8; shard += 1) {
      const { round: stream, step } = dropoutSeeds(seed, { round, phase: 0, innerStep: 0 }, shard);
      seen.add(stream.join()).add(step.join());
    }
    expect(seen.size).toBe(2 * 200 * 8 * 2);
  });
});

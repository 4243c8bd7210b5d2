import { forgettingObjective } from '@lethe/objectives';
import type { Step } from '@lethe/protocol';
import { forgottenLabel } from '@lethe/testing';
import { describe, expect, it } from 'vitest';
import { adversarialLoop, positionAfter, type GamePosition, type StepExecutor } from './adversarial-loop.js';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const objective = forgettingObjective({
  height: 28, width: 28, channels: 1, classes: 10,
  kept: [], forgotten: forgottenLabel(DIGITS), independence: 'parity', jointly: true, balanced: false,
  rebuild: true, rebuildWeight: 1, weights: {},
  encoder: { kind: 'by-input', width: 8, depth: 1, mostMaps: 8, normalisation: 'batch', upsampling: 'transposed' },
  head: { width: 8, depth: 1 },
  latentSize: 10, encoderDropout: 0.2, decoderDropout: 0.2, bottleneck: 'article', divergenceWeight: 0,
  adversary: {
    kind: 'perceptron', width: 40, depth: 2, activation: 'tanh', dropout: 0.3, standardise: false, spectralNorm: false,
    reads: 'mean', members: 1, freshEveryRounds: null,
  },
  eraser: { couplings: 0, covariances: false, leastVariance: 0, width: 8, predictionWeight: 0.01, learnsWith: 'encoder' },
  hiding: 'negative-likelihood', beta: 0.5, betaRampRounds: 0, classifierTurns: 2,
  batchPer: 'round', frozenMode: 'training',
});

const START = { rounds: 0, steps: 0 };

/** Hands each step to `executed` and ends after `totalRounds` rounds. */
function play(totalRounds: number, from: GamePosition, executed: (step: Step) => void): Promise<number> {
  const executor: StepExecutor = { execute: (step) => { executed(step); return Promise.resolve(); } };
  return adversarialLoop({ objective, from, totalRounds, executor, afterRound: () => Promise.resolve(true) });
}

describe('the alternating game', () => {
  it('executes every inner step of every phase in order, with the round\'s scalars', async () => {
    const events: string[] = [];
    const rounds = await adversarialLoop({
      objective, from: { rounds: 3, steps: 0 }, totalRounds: 5,
      executor: {
        execute: ({ round, phase, innerStep }, { beta }) => {
          events.push(`${round} ${objective.phases[phase]?.name ?? ''} ${innerStep} ${beta ?? ''}`);
          return Promise.resolve();
        },
      },
      afterRound: (round) => { events.push(`after ${round}`); return Promise.resolve(true); },
    });
    expect(rounds).toBe(5);
    expect(events).toEqual([3, 4].flatMap((round) => [
      `${round} classifier 0 0.5`, `${round} classifier 1 0.5`, `${round} autoencoder 0 0.5`, `after ${round}`,
    ]));
  });

  it('ends after the round that says so', async () => {
    const executor = { execute: () => Promise.resolve() };
    const afterRound = (round: number): Promise<boolean> => Promise.resolve(round < 2);
    expect(await adversarialLoop({ objective, from: START, totalRounds: 9, executor, afterRound })).toBe(3);
  });

  it('goes on after any step with exactly those that come after it', async () => {
    const all: Step[] = [];
    await play(3, START, (step) => { all.push(step); });
    for (const [index, step] of all.entries()) {
      const rest: Step[] = [];
      await play(3, positionAfter(objective, step), (later) => { rest.push(later); });
      expect(rest).toEqual(all.slice(index + 1));
    }
  });
});

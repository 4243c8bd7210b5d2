import { describe, expect, it } from 'vitest';
import type { Trial } from '../trial.js';
import { doubts, front, paretoFront } from './sweep-results.js';

const trial = (name: string, figures: Record<string, number>): Trial =>
  ({ name, key: name, values: {}, epochs: 1, state: 'completed', attempts: 1, figures, message: '' });

describe('the best trial', () => {
  const measured = (name: string, low: number, high: number): Trial =>
    trial(name, { probe_mlp: (low + high) / 2, probe_mlp_low: low, probe_mlp_high: high, test_examples: 1200 });
  const [best, near, far] = [measured('001', 0.2, 0.3), measured('002', 0.28, 0.4), measured('003', 0.5, 0.6)];

  it('is said to be told apart only from those whose intervals it does not meet', () => {
    expect(doubts([best, near, far], best, 'probe_mlp')).toEqual([
      '1 of 2 other trials cannot be told apart from 001 by probe_mlp: with 1,200 test examples their 95 % intervals overlap',
    ]);
    expect(doubts([best, near, trial('004', {})], best, 'probe_mlp')).toHaveLength(1);
    expect(doubts([best, near], best, 'probe_mlp')[0]).toMatch(/^no other trial can be told apart from 001 /);
    expect(doubts([best, far], best, 'probe_mlp')).toEqual([]);
    expect(doubts([trial('001', { mse: 1 }), trial('002', { mse: 2 })], trial('001', { mse: 1 }), 'mse')).toEqual([]);
  });
});

describe('the front', () => {
  it('is of the best probe that ran, whichever that was', () => {
    // By the perceptron alone the second trial would beat the first; its neighbours read more.
    const [hidden, read] = [
      trial('001', { probe_mlp: 0.3, probe_neighbours: 0.2, probe_best: 0.3, reconstruction_mse: 0.08 }),
      trial('002', { probe_mlp: 0.2, probe_neighbours: 0.6, probe_best: 0.6, reconstruction_mse: 0.08 }),
    ];
    expect(front([hidden, read])).toEqual({
      points: [{ label: '001', x: 0.3, y: 0.08, isFront: true }, { label: '002', x: 0.6, y: 0.08, isFront: false }],
      axes: { x: 'accuracy of the best fresh probe', y: 'reconstruction error' },
    });
    const unmeasured = trial('003', { classifier_accuracy: 0.4, reconstruction_mse: 0.1 });
    expect(front([unmeasured])).toMatchObject({ points: [{ x: 0.4 }], axes: { x: "accuracy of the game's own classifier" } });
  });

  it('leaves out what another trial beats', () => {
    const points = [
      { x: 1, y: 4 },
      { x: 2, y: 2 },
      { x: 3, y: 3 },
      { x: 4, y: 1 },
      { x: 4, y: 1 },
    ];
    expect(paretoFront([{ x: Number.NaN, y: 0 }, ...points, { x: 0, y: Number.NaN }])).toEqual([
      { x: 1, y: 4 },
      { x: 2, y: 2 },
      { x: 4, y: 1 },
      { x: 4, y: 1 },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Trial } from '../trial.js';
import { doubts, fronts, paretoFront } from './sweep-results.js';

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
    expect(fronts([hidden, read])).toEqual([{
      points: [{ label: '001', x: 0.3, y: 0.08, isFront: true }, { label: '002', x: 0.6, y: 0.08, isFront: false }],
      axes: { x: 'accuracy of the best fresh probe', y: 'reconstruction error' },
      references: [],
      better: 'less is better in both',
    }]);
    const unmeasured = trial('003', { classifier_accuracy: 0.4, reconstruction_mse: 0.1 });
    expect(fronts([unmeasured])).toMatchObject([{ points: [{ x: 0.4 }], axes: { x: "accuracy of the game's own classifier" } }]);
    expect(fronts([trial('004', { wall_seconds: 1 })])).toEqual([]);
  });

  it('is what is kept against what is read, for each forgotten attribute, beside what the data alone give', () => {
    const ofData = {
      chance_kept_income: 0.76, raw_kept_income_accuracy: 0.86, raw_forgotten_sex_auroc: 0.93, eraser_kept_income_accuracy: 0.84,
      eraser_forgotten_sex_auroc: 0.7,
    };
    const trials = [
      trial('001', { ...ofData, kept_income_accuracy: 0.84, forgotten_sex_auroc: 0.6, forgotten_race_auroc: 0.61 }),
      trial('002', { ...ofData, kept_income_accuracy: 0.85, forgotten_sex_auroc: 0.7, forgotten_race_auroc: 0.62 }),
      trial('003', { ...ofData, kept_income_accuracy: 0.83, forgotten_sex_auroc: 0.65, forgotten_race_auroc: 0.55 }),
    ];
    const [sex, race, ...others] = fronts(trials);
    expect(others).toEqual([]);
    expect(sex?.points.map(({ label, isFront }) => [label, isFront])).toEqual([['001', true], ['002', true], ['003', false]]);
    expect(sex?.references).toEqual([
      { label: 'raw inputs', x: 0.93, y: 0.86 }, { label: 'linear eraser', x: 0.7, y: 0.84 },
      { label: 'always the most frequent', x: 0.5, y: 0.76 },
    ]);
    expect(race?.points.map(({ isFront }) => isFront)).toEqual([true, true, true]);
    expect(race?.references.map(({ label }) => label)).toEqual(['always the most frequent']);
    // Under odds the features may tell what the label tells: what counts is what they tell among examples of one class.
    const odds = fronts(trials.map((one) => ({ ...one, figures: { ...one.figures, forgotten_sex_given_auroc: 0.52 } })));
    expect(odds[0]?.points.map(({ x }) => x)).toEqual([0.52, 0.52, 0.52]);
    expect(odds[0]?.axes.x).toBe('AUROC of the best fresh probe of sex, given the label');
  });

  it('of a number is of the share of its variance that heads explain, and without anything kept of the reconstruction', () => {
    const ofNumber = trial('001', { kept_age_r2: 0.4, kept_age_accuracy: 0.2, forgotten_sex_auroc: 0.6, raw_forgotten_sex_auroc: 0.9 });
    expect(fronts([ofNumber])).toMatchObject([{
      points: [{ x: 0.6, y: 0.4 }], axes: { y: 'R2 of fresh heads of age' }, references: [{ label: 'always the mean', x: 0.5, y: 0 }],
    }]);
    const rebuilt = [
      trial('001', { reconstruction_mse: 0.2, forgotten_camera_auroc: 0.6 }),
      trial('002', { reconstruction_mse: 0.1, forgotten_camera_auroc: 0.7 }),
      trial('003', { reconstruction_mse: 0.3, forgotten_camera_auroc: 0.65 }),
    ];
    expect(fronts(rebuilt)).toMatchObject([{
      points: [{ isFront: true }, { isFront: true }, { isFront: false }], axes: { y: 'reconstruction error' },
      better: 'less is better in both',
    }]);
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

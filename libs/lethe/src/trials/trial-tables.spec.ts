import { describe, expect, it } from 'vitest';
import type { Trial } from './trial.js';
import { csvOfTrials, tableOfTrials } from './trial-tables.js';

const trial = (name: string, figures: Record<string, number>, state: Trial['state'] = 'completed'): Trial => ({
  name,
  key: name,
  values: { 'objective.beta': Number(name) },
  epochs: 1,
  state,
  attempts: 1,
  figures,
  message: '',
});

describe('a trial', () => {
  it('is a line of a table', () => {
    expect(csvOfTrials([trial('1', { mse: Number.NaN }), { ...trial('2', {}, 'failed'), message: 'said "no", twice' }])).toBe(
      'trial,state,objective.beta,mse,message\n1,completed,1,NaN,\n2,failed,2,,"said ""no"", twice"\n',
    );
  });

  it('has intervals beside shares, in a terminal of the best probe alone', () => {
    const [low, high] = [0.4471, 0.4668];
    const ends = (name: string): Record<string, number> => ({ [name]: 0.457, [`${name}_low`]: low, [`${name}_high`]: high });
    const figures = { ...ends('probe_mlp'), ...ends('probe_best'), classifier_accuracy: 0.1, chance: 0.708, test_examples: 9800 };
    const table = (extent: 'main' | 'all'): string[][] => tableOfTrials([trial('1', figures)], extent);
    const best = ['0.457 (0.447 to 0.467)', '0.7080', '9800'];
    expect(table('main')).toEqual([['trial', 'state', 'probe_best', 'chance', 'test_examples'], ['1', 'completed', ...best]]);
    expect(table('all')[1]).toEqual(['1', 'completed', best[0], ...best]);
  });

  it('has what is kept beside what is read, and all that is measured where there is room', () => {
    const figures = {
      kept_income_accuracy: 0.84, kept_income_auroc: 0.89, forgotten_sex_auroc: 0.6,
      forgotten_sex_auroc_low: 0.59, forgotten_sex_auroc_high: 0.61,
      forgotten_sex_balanced: 0.57, parity_gap: 0.1, raw_forgotten_sex_auroc: 0.93, classifier_accuracy: 0.66,
    };
    expect(tableOfTrials([trial('1', figures)])).toEqual([
      ['trial', 'state', 'kept_income_accuracy', 'forgotten_sex_auroc', 'parity_gap'],
      ['1', 'completed', '0.8400', '0.600 (0.590 to 0.610)', '0.1000'],
    ]);
    expect(tableOfTrials([trial('1', figures)], 'all')[0]).toEqual([
      'trial', 'state', 'kept_income_accuracy', 'kept_income_auroc', 'forgotten_sex_auroc', 'forgotten_sex_balanced', 'parity_gap',
    ]);
  });

  it.each([
    [[4, 4], [4, 4], 'trial,state,rounds,message'],
    [[4, 8], [4, 6], 'trial,state,rounds_asked,rounds,message'],
  ])('asked for %j rounds, having played %j, has no two columns of one name', (asked, played, head) => {
    const trials = asked.map((rounds, index) => ({ ...trial(String(index), { rounds: played[index] ?? 0 }), values: { rounds } }));
    expect(csvOfTrials(trials).split('\n')[0]).toBe(head);
    const [columns = []] = tableOfTrials(trials);
    expect(new Set(columns).size).toBe(columns.length);
  });
});

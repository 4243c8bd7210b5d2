import { describe, expect, it } from 'vitest';
import type { Trial } from './trial.js';
import { csvOfTrials } from './trial-tables.js';

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
});

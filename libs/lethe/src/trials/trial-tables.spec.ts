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

import { describe, expect, it } from 'vitest';
import { bestTrial, isDone, stateAfter, toBePlayed, type Trial } from './trial.js';

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
  it('is tried once more after a crash, not after it diverged or was refused, and goes on after an interruption', () => {
    expect(stateAfter({ attempts: 1 }, 'crashed', false)).toBe('waiting');
    expect(stateAfter({ attempts: 2 }, 'crashed', false)).toBe('failed');
    expect(stateAfter({ attempts: 1 }, 'diverged', false)).toBe('diverged');
    expect(stateAfter({ attempts: 1 }, 'refused', false)).toBe('failed');
    expect(stateAfter({ attempts: 1 }, 'interrupted', false)).toBe('waiting');
    expect(stateAfter({ attempts: 1 }, 'interrupted', true)).toBe('stopped');
    expect(isDone({ state: 'waiting' })).toBe(false);
    expect(isDone({ state: 'stopped' })).toBe(true);
  });

  it('that failed is tried again when the sweep goes on, as is one that was running when it was killed; what is done stays', () => {
    expect(toBePlayed({ ...trial('1', {}, 'failed'), attempts: 2, message: 'no data' })).toEqual({
      ...trial('1', {}, 'waiting'),
      attempts: 0,
    });
    expect(toBePlayed({ ...trial('1', {}, 'running'), attempts: 2 })).toMatchObject({ state: 'waiting', attempts: 1 });
    for (const state of ['completed', 'stopped', 'diverged'] as const) expect(toBePlayed(trial('1', {}, state)).state).toBe(state);
  });

  it('is best by a figure among those that completed', () => {
    const trials = [
      trial('1', { probe_mlp: 0.5 }), trial('2', { probe_mlp: 0.3 }), trial('3', { probe_mlp: 0.1 }, 'stopped'), trial('4', {}),
    ];
    expect(bestTrial(trials, 'probe_mlp', 'lower')?.name).toBe('2');
    expect(bestTrial(trials, 'probe_mlp', 'higher')?.name).toBe('1');
    expect(bestTrial(trials, 'swap', 'lower')).toBeNull();
    const unknown = [trial('0', { probe_mlp: Number.NaN }), ...trials];
    expect([bestTrial(unknown, 'probe_mlp', 'lower')?.name, bestTrial(unknown, 'probe_mlp', 'higher')?.name]).toEqual(['2', '1']);
    expect(bestTrial(unknown.slice(0, 1), 'probe_mlp', 'lower')).toBeNull();
  });
});

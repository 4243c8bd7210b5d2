import { describe, expect, it } from 'vitest';
import { AsynchronousHalving } from './asynchronous-halving.js';
import { paretoFront } from './sweep/pareto-front.js';
import { grid, random } from './sweep/search-space.js';
import { bestTrial, isDone, stateAfter, toBePlayed, type Trial } from './trial.js';
import { csvOfTrials } from './trial-table.js';

const trial = (name: string, figures: Record<string, number>, state: Trial['state'] = 'completed'): Trial => ({ name, key: name, values: { 'objective.beta': Number(name) }, epochs: 1, state, attempts: 1, figures, message: '' });

describe('a search space', () => {
  const space = { 'objective.beta': { kind: 'values', values: [0.1, 0.2] }, seed: { kind: 'values', values: [1, 2, 3] } } as const;

  it('as a grid has every combination once', () => {
    expect(grid(space)).toEqual([0.1, 0.2].flatMap((beta) => [1, 2, 3].map((seed) => ({ 'objective.beta': beta, seed }))));
    expect(grid({})).toEqual([{}]);
  });

  it('at random stays within bounds, logarithmic where it can, and draws the same from a seed', () => {
    const drawn = random({ beta: { kind: 'range', low: 0.001, high: 1 }, turns: { kind: 'range', low: 1, high: 8 }, shift: { kind: 'range', low: -1.5, high: 1 } }, 400, 3);
    expect(drawn).toEqual(random({ beta: { kind: 'range', low: 0.001, high: 1 }, turns: { kind: 'range', low: 1, high: 8 }, shift: { kind: 'range', low: -1.5, high: 1 } }, 400, 3));
    const column = (name: string): number[] => drawn.map((assignment) => Number(assignment[name]));
    expect(column('beta').every((value) => value >= 0.001 && value <= 1)).toBe(true);
    expect(Math.abs(column('beta').filter((value) => value < 0.0316).length / 400 - 0.5)).toBeLessThan(0.1);
    expect(column('turns').every((value) => Number.isInteger(value) && value >= 1 && value <= 8)).toBe(true);
    expect(Math.min(...column('shift'))).toBeLessThan(-1);
  });
});

describe('asynchronous halving', () => {
  it('lets the best part of those that came to a rung go on, and compares at rungs only', () => {
    const halving = new AsynchronousHalving({ firstRung: 1, factor: 2, better: 'lower' });
    expect(halving.goesOn('a', 1, 0.5)).toBe(true);
    expect(halving.goesOn('b', 1, 0.6)).toBe(false);
    expect(halving.goesOn('c', 1, 0.4)).toBe(true);
    expect(halving.goesOn('d', 1, 0.45)).toBe(true);
    expect(halving.goesOn('e', 1, 0.49)).toBe(true);
    expect(halving.goesOn('f', 1, 0.495)).toBe(false);
    expect(halving.goesOn('f', 3, 9)).toBe(true);
    expect(halving.goesOn('a', 2, 0.3)).toBe(true);
    expect(halving.goesOn('c', 2, 0.31)).toBe(false);
  });

  it('turns round where more is better, and answers the same when it is asked again', () => {
    const halving = new AsynchronousHalving({ firstRung: 2, factor: 2, better: 'higher' });
    expect(halving.goesOn('a', 2, 0.5)).toBe(true);
    expect([1, 2, 3].map(() => halving.goesOn('b', 2, 0.4))).toEqual([false, false, false]);
    expect(halving.goesOn('c', 2, 0.9)).toBe(true);
    expect([halving.goesOn('a', 2, 0.5), halving.goesOn('b', 2, 0.4)]).toEqual([true, false]);
  });

  it('does not judge again who had passed a rung before, and compares others with it', () => {
    const halving = new AsynchronousHalving({ firstRung: 1, factor: 2, better: 'lower' });
    for (const [name, figure] of [['a', 0.5], ['b', 0.2], ['c', 0.1]] as const) halving.passed(name, 1, figure);
    expect(halving.goesOn('a', 1, 0.5)).toBe(true);
    expect(halving.goesOn('d', 1, 0.3)).toBe(false);
    expect(halving.goesOn('e', 1, 0.15)).toBe(true);
  });

  it('stops a figure that is not finite, even where it is the first', () => {
    const halving = new AsynchronousHalving({ firstRung: 1, factor: 2, better: 'higher' });
    expect(halving.goesOn('a', 1, Number.NaN)).toBe(false);
    expect(halving.goesOn('b', 1, 0.1)).toBe(true);
    expect(halving.goesOn('c', 1, Number.NaN)).toBe(false);
    expect(halving.goesOn('d', 1, 0.05)).toBe(true);
    expect(halving.goesOn('e', 1, 0.01)).toBe(true);
    expect(halving.goesOn('f', 1, 0.005)).toBe(false);
  });
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
    expect(toBePlayed({ ...trial('1', {}, 'failed'), attempts: 2, message: 'no data' })).toEqual({ ...trial('1', {}, 'waiting'), attempts: 0 });
    expect(toBePlayed({ ...trial('1', {}, 'running'), attempts: 2 })).toMatchObject({ state: 'waiting', attempts: 1 });
    for (const state of ['completed', 'stopped', 'diverged'] as const) expect(toBePlayed(trial('1', {}, state)).state).toBe(state);
  });

  it('is best by a figure among those that completed', () => {
    const trials = [trial('1', { probe_mlp: 0.5 }), trial('2', { probe_mlp: 0.3 }), trial('3', { probe_mlp: 0.1 }, 'stopped'), trial('4', {})];
    expect(bestTrial(trials, 'probe_mlp', 'lower')?.name).toBe('2');
    expect(bestTrial(trials, 'probe_mlp', 'higher')?.name).toBe('1');
    expect(bestTrial(trials, 'swap', 'lower')).toBeNull();
    const unknown = [trial('0', { probe_mlp: Number.NaN }), ...trials];
    expect([bestTrial(unknown, 'probe_mlp', 'lower')?.name, bestTrial(unknown, 'probe_mlp', 'higher')?.name]).toEqual(['2', '1']);
    expect(bestTrial(unknown.slice(0, 1), 'probe_mlp', 'lower')).toBeNull();
  });

  it('is a line of a table', () => {
    expect(csvOfTrials([trial('1', { mse: Number.NaN }), { ...trial('2', {}, 'failed'), message: 'said "no", twice' }])).toBe('trial,state,objective.beta,mse,message\n1,completed,1,NaN,\n2,failed,2,,"said ""no"", twice"\n');
  });
});

describe('the front', () => {
  it('leaves out what another trial beats', () => {
    const points = [{ x: 1, y: 4 }, { x: 2, y: 2 }, { x: 3, y: 3 }, { x: 4, y: 1 }, { x: 4, y: 1 }];
    expect(paretoFront([{ x: Number.NaN, y: 0 }, ...points, { x: 0, y: Number.NaN }])).toEqual([{ x: 1, y: 4 }, { x: 2, y: 2 }, { x: 4, y: 1 }, { x: 4, y: 1 }]);
  });
});

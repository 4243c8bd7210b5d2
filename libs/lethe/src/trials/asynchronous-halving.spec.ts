import { describe, expect, it } from 'vitest';
import { AsynchronousHalving } from './asynchronous-halving.js';

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

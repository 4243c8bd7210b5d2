import type { MeasuringProgress } from '@lethe/telemetry';
import { describe, expect, it } from 'vitest';
import { MeasuringWork } from './measuring-work.js';

describe('the work of measuring', () => {
  it('counts each piece by its cost, says what the oldest unfinished is, and how long the rest will take', () => {
    let now = 100;
    const shown: MeasuringProgress[] = [];
    const work = new MeasuringWork((progress) => shown.push(progress), () => now);
    const judged = work.expect('a judge', 6);
    const redrawn = work.expect('redrawing', 2, 2);
    expect(shown.at(-1)).toEqual({ what: 'a judge', done: 0, total: 3, share: 0, secondsLeft: null });
    now = 104;
    redrawn();
    expect(shown.at(-1)).toEqual({ what: 'a judge', done: 1, total: 3, share: 0.2, secondsLeft: 16 });
    judged();
    expect(shown.at(-1)).toMatchObject({ what: 'redrawing', done: 2, share: 0.8, secondsLeft: 1 });
    redrawn();
    expect(shown.at(-1)).toEqual({ what: '', done: 3, total: 3, share: 1, secondsLeft: 0 });
  });
});

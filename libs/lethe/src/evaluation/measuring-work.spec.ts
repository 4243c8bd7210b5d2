import type { MeasuringProgress } from '@lethe/telemetry';
import { describe, expect, it } from 'vitest';
import { MeasuringWork } from './measuring-work.js';

describe('the work of measuring', () => {
  it('counts each piece by its cost, says what the oldest unfinished is, and how long the rest will take', () => {
    let now = 100;
    const shown: MeasuringProgress[] = [];
    const work = new MeasuringWork((progress) => shown.push(progress), () => now);
    const judged = work.expect('a judge', 6);
    const glanced = work.expect('a glance', 0.1);
    glanced();
    expect(shown.at(-1)?.secondsLeft).toBeNull();
    const redrawn = work.expect('redrawing', 2, 2);
    expect(shown.at(-1)).toMatchObject({ what: 'a judge', done: 1, total: 4, secondsLeft: null });
    now = 104;
    redrawn();
    expect(shown.at(-1)).toMatchObject({ what: 'a judge', done: 2, total: 4 });
    judged();
    expect(shown.at(-1)).toMatchObject({ what: 'redrawing', done: 3, secondsLeft: expect.closeTo((4 * 2) / 8.1, 6) as number });
    redrawn();
    expect(shown.at(-1)).toEqual({ what: '', done: 4, total: 4, share: 1, secondsLeft: 0 });
  });
});

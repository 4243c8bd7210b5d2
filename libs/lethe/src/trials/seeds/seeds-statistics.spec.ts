import { describe, expect, it } from 'vitest';
import type { Trial } from '../trial.js';
import { seedStatistics } from './seeds-statistics.js';

function run(seed: number, figures: Record<string, number>, state: Trial['state'] = 'completed'): Trial {
  return {
    name: String(seed).padStart(3, '0'),
    key: '',
    values: { seed },
    epochs: 1,
    state,
    attempts: 1,
    figures,
    message: state === 'failed' ? 'no data' : '',
  };
}

describe('runs from several seeds', () => {
  it('have means and sample deviations over those that completed; what is not finite makes no mean that is', () => {
    const statistics = seedStatistics(
      [run(4, { swap: 0.5, rounds: 8 }), run(2, { swap: 0.7, rounds: 8 }), run(3, { swap: 0.9 }, 'stopped'), run(9, { swap: 9 }, 'failed')],
      ['rounds', 'swap', 'unknown'],
    );
    expect(statistics).toEqual([
      { figure: 'rounds', seeds: [4, 2], values: [8, 8], mean: 8, deviation: 0, interval: null },
      {
        figure: 'swap',
        seeds: [4, 2],
        values: [0.5, 0.7],
        mean: expect.closeTo(0.6, 12) as number,
        deviation: expect.closeTo(Math.sqrt(0.02), 12) as number,
        interval: null,
      },
    ]);
    expect(seedStatistics([run(1, { swap: Number.NaN }), run(2, { swap: 1 })], ['swap'])[0]).toMatchObject({
      mean: Number.NaN,
      deviation: Number.NaN,
    });
    const sure = (seed: number, swap: number): Trial => run(seed, { swap, swap_low: swap - 0.1, swap_high: swap + 0.2 });
    expect(seedStatistics([sure(1, 0.5), sure(2, 0.6)], ['swap'])[0]?.interval?.map((end) => end.toFixed(3))).toEqual(['0.450', '0.750']);
    expect(seedStatistics([sure(1, 0.5), run(2, { swap: 0.6 })], ['swap'])[0]?.interval).toBeNull();
    expect(seedStatistics([run(1, { swap: 1 })], ['swap'])[0]).toMatchObject({ mean: 1, deviation: null });
  });
});

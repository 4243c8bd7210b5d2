import { parseMetricsLine } from '@lethe/run-folder';
import { describe, expect, it } from 'vitest';
import { epochFigures } from '../record/metrics.js';
import { EarlyStopping } from './early-stopping.js';

describe('early stopping', () => {
  it('waits as long as it may for a better figure', () => {
    const stopping = new EarlyStopping({ monitor: 'reconstruction_mse', patience: 2 });
    const judged = [0.5, 0.4, 0.45, 0.4].map((value) => stopping.judge({ reconstruction_mse: value }));
    expect(judged.map(({ isBest, shouldStop }) => [isBest, shouldStop])).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, true],
    ]);
  });

  it('knows that more accuracy is better, and never stops without patience or figures', () => {
    const stopping = new EarlyStopping({ monitor: 'classifier_accuracy', patience: null });
    expect([0.1, 0.2, 0.1].map((value) => stopping.judge({ classifier_accuracy: value }).isBest)).toEqual([true, true, false]);
    expect(stopping.judge({})).toEqual({ isBest: false, shouldStop: false });
  });

  it('takes no figure that is not finite for the best, of this process or read back', () => {
    const earlier = [
      { kind: 'epoch', epoch: 1, round: 2, 'held_out/reconstruction_mse': Number.NaN },
      { kind: 'epoch', epoch: 2, round: 4, 'held_out/reconstruction_mse': 0.5 },
    ];
    const read = earlier.map((line) => parseMetricsLine(JSON.stringify(line))).filter((line) => line !== null);
    const stopping = new EarlyStopping({ monitor: 'reconstruction_mse', patience: 2 });
    expect(read.map((line) => stopping.judge(epochFigures(line)).isBest)).toEqual([false, true]);
    expect([Number.NaN, Number.NaN].map((value) => stopping.judge({ reconstruction_mse: value }))).toEqual([
      { isBest: false, shouldStop: false },
      { isBest: false, shouldStop: true },
    ]);
    expect(stopping.judge({ reconstruction_mse: 0.6 }).isBest).toBe(false);
  });
});

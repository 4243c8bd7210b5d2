import type { MetricsLine } from '@lethe/run-folder';
import { describe, expect, it } from 'vitest';
import { compareCurves, crossingOf } from './curves.js';

const rounds = (values: readonly number[]): MetricsLine[] =>
  values.map((loss, index) => ({ kind: 'round', round: index + 1, loss, wire_mb: 3 }));
const range = (count: number, value: (round: number) => number): number[] => Array.from({ length: count }, (_, index) => value(index + 1));

describe('where curves cross', () => {
  it('is the round from which on one is lower, after the last crossing, as far as both go', () => {
    const curve = (values: readonly number[]) => ({ rounds: values.map((_, index) => index + 1), values });
    expect(crossingOf(curve([1, 3, 1, 1]), curve([2, 2, 2, 2, 0]))).toEqual({ round: 3, lower: 'first' });
    expect(crossingOf(curve([3, 3]), curve([2, 2]))).toEqual({ round: null, lower: 'other' });
    expect(crossingOf(curve([1, 2]), curve([2, 2]))).toEqual({ round: null, lower: null });
    expect(crossingOf(curve([1, Number.NaN]), curve([2, 2]))).toEqual({ round: null, lower: null });
  });

  it('lies between rounds of epochs of other lengths', () => {
    const flat = { rounds: [5, 15, 25], values: [2, 2, 2] };
    expect(crossingOf({ rounds: [10, 30], values: [4, 0] }, flat)).toEqual({ round: 25, lower: 'first' });
    expect(crossingOf({ rounds: [10], values: [1] }, { rounds: [20], values: [1] })).toBeNull();
  });
});

describe('compared curves', () => {
  it('are averaged over a part of the rounds, since a loss is one batch\'s', () => {
    const noisy = rounds(range(200, (round) => 10 - round / 100 + (round % 2 === 0 ? 5 : -5)));
    const steady = rounds(range(100, () => 9.4));
    const [compared] = compareCurves([steady, noisy]);
    expect(compared).toMatchObject({ figure: 'loss', of: 'rounds', smoothed: 2, crossings: [{ round: 61, lower: 'other' }] });
    expect(compared?.final[0]).toBeCloseTo(9.4);
    expect(compared?.final[1]).toBeCloseTo(8.005);
  });

  it('are averaged over the rounds before each, one that is not finite among them or not', () => {
    // Three rounds at a time: a round at the end, in the middle and at the beginning of what is averaged.
    const values = range(151, (round) => (round === 50 ? Number.NaN : (round * 7) % 11));
    const finals = [149, 150, 151].map((count) => {
      const [compared] = compareCurves([rounds(values.slice(0, count)), rounds(values.slice(0, 150))]);
      return [compared?.smoothed, compared?.final[0]];
    });
    const mean = (last: number): number => ((last - 2) * 7 % 11 + (last - 1) * 7 % 11 + last * 7 % 11) / 3;
    expect(finals).toEqual([149, 150, 151].map((last) => [3, expect.closeTo(mean(last)) as number]));
    const [shortest] = compareCurves([51, 52, 53].map((count) => rounds([...range(100, () => 1), ...values.slice(0, count)])));
    expect(shortest?.final).toEqual([null, null, expect.closeTo(mean(53)) as number]);
  });

  it('are those that a run has, by round and by epoch', () => {
    const epochs: MetricsLine[] = [{ kind: 'epoch', epoch: 1, round: 2, 'held_out/reconstruction_mse': 0.5 }];
    expect(compareCurves([rounds([1, Number.NaN]), [...rounds([1, 2]), ...epochs], []])).toEqual([
      { figure: 'loss', of: 'rounds', smoothed: 1, final: [null, 2, null], crossings: [{ round: null, lower: null }, null] },
      { figure: 'held_out/reconstruction_mse', of: 'epochs', smoothed: 1, final: [null, 0.5, null], crossings: [null, null] },
    ]);
  });
});

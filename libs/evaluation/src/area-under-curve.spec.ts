import { describe, expect, it } from 'vitest';
import { areaUnderCurve, meanAreaUnderCurves } from './area-under-curve.js';

describe('areaUnderCurve', () => {
  it.each([
    ['all in order', [0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], 1],
    ['all the wrong way round', [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9], 0],
    ['one pair of four the wrong way round', [0, 1, 0, 1], [0.1, 0.35, 0.4, 0.8], 0.75],
    ['ties count half', [0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5],
  ])('%s', (_what, labels, scores, area) => {
    expect(areaUnderCurve({ labels, scores })).toBeCloseTo(area, 12);
  });

  it('is not defined for a single class', () => {
    expect(areaUnderCurve({ labels: [1, 1], scores: [0.2, 0.4] })).toBeNull();
  });

  it('is not defined where a score is not a number', () => {
    expect(areaUnderCurve({ labels: [0, 1, 1], scores: [0.2, Number.NaN, 0.4] })).toBeNull();
  });
});

describe('meanAreaUnderCurves', () => {
  const logarithms = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat().map(Math.log));

  it('is the area of either class where there are two', () => {
    const probabilities = [0.1, 0.35, 0.4, 0.8];
    const rows = logarithms(probabilities.map((ofOne) => [1 - ofOne, ofOne]));
    expect(meanAreaUnderCurves(rows, Int32Array.of(0, 1, 0, 1), 2)).toBeCloseTo(0.75, 12);
  });

  it('is the mean over those classes that have examples, each against all others', () => {
    const rows = logarithms([[0.6, 0.3, 0.1, 0], [0.5, 0.4, 0.1, 0], [0.5, 0.3, 0.2, 0], [0.2, 0.2, 0.6, 0]]);
    // Class 0: .6 and .5 beside .5 and .2, a pair tied. Class 1: .3 beside .3, .4 and .2. Class 2: .6 beside .1, .1 and .2.
    expect(meanAreaUnderCurves(rows, Int32Array.of(0, 0, 1, 2), 4)).toBeCloseTo((3.5 / 4 + 1.5 / 3 + 1) / 3, 12);
  });

  it('is not defined for a single class, or where a probability is not a number', () => {
    expect(meanAreaUnderCurves(logarithms([[0.4, 0.6], [0.3, 0.7]]), Int32Array.of(1, 1), 2)).toBeNull();
    expect(meanAreaUnderCurves(logarithms([[0.4, 0.6], [-1, 0.7]]), Int32Array.of(0, 1), 2)).toBeNull();
  });
});

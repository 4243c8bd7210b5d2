import { describe, expect, it } from 'vitest';
import { areaUnderCurve, MeanAreaUnderCurves } from './area-under-curve.js';

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

describe('the mean area under the curves of classes', () => {
  const logarithms = (rows: readonly (readonly number[])[]): Float32Array => Float32Array.from(rows.flat().map(Math.log));
  const meanArea = (rows: readonly (readonly number[])[], labels: readonly number[], counts = labels.map(() => 1)): number | null =>
    new MeanAreaUnderCurves(logarithms(rows), Int32Array.from(labels), rows[0]?.length ?? 0).of(Uint16Array.from(counts));
  const FOUR_CLASSES = [[0.6, 0.3, 0.1, 0], [0.5, 0.4, 0.1, 0], [0.5, 0.3, 0.2, 0], [0.2, 0.2, 0.6, 0]];

  it('is the area of either class where there are two', () => {
    expect(meanArea([0.1, 0.35, 0.4, 0.8].map((ofOne) => [1 - ofOne, ofOne]), [0, 1, 0, 1])).toBeCloseTo(0.75, 12);
  });

  it('is the mean over those classes that have examples, each against all others', () => {
    // Class 0: .6 and .5 beside .5 and .2, a pair tied. Class 1: .3 beside .3, .4 and .2. Class 2: .6 beside .1, .1 and .2.
    expect(meanArea(FOUR_CLASSES, [0, 0, 1, 2])).toBeCloseTo((3.5 / 4 + 1.5 / 3 + 1) / 3, 12);
  });

  it('of a sample is that of its examples, each as often as it was drawn', () => {
    expect(meanArea(FOUR_CLASSES, [0, 0, 1, 2], [0, 3, 2, 1])).toBeCloseTo(
      meanArea([1, 1, 1, 2, 2, 3].map((row) => FOUR_CLASSES[row] ?? []), [0, 0, 0, 1, 1, 2]) ?? 0, 12,
    );
  });

  it('is not defined for a single class, or where a probability is not a number', () => {
    expect(meanArea([[0.4, 0.6], [0.3, 0.7]], [1, 1])).toBeNull();
    expect(meanArea([[0.4, 0.6], [0.3, 0.7]], [0, 1], [2, 0])).toBeNull();
    expect(meanArea([[0.4, 0.6], [-1, 0.7]], [0, 1])).toBeNull();
  });
});

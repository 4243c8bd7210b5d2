import { describe, expect, it } from 'vitest';
import { areaUnderCurve, confidenceInterval, confusionMatrix } from './adaptation-figures.js';

describe('confusionMatrix', () => {
  it('counts what was taken for what', () => {
    expect(confusionMatrix([0, 0, 1, 2], [0, 2, 1, 1], 3)).toEqual([[1, 0, 1], [0, 1, 0], [0, 1, 0]]);
  });

  it('does not count what could not be predicted', () => {
    expect(confusionMatrix([0, 1, 1], [0, -1, 1], 2)).toEqual([[1, 0], [0, 1]]);
  });
});

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

  it('is not defined, and found at once, where a score is not a number', () => {
    expect(areaUnderCurve({ labels: [0, 1, 1], scores: [0.2, Number.NaN, 0.4] })).toBeNull();
    expect(confidenceInterval([{ labels: [0, 1, 1], scores: [0.2, Number.NaN, 0.4] }], areaUnderCurve)).toBeNull();
  });
});

describe('confidenceInterval', () => {
  const labels = Array.from({ length: 60 }, (_, index) => index % 2);
  const scores = labels.map((label, index) => label * 0.3 + ((index * 37) % 60) / 60);

  it('holds the figure, is the same each time, and narrows with more runs', () => {
    const area = areaUnderCurve({ labels, scores }) ?? 0;
    const [low, high] = confidenceInterval([{ labels, scores }], areaUnderCurve) ?? [1, 0];
    expect(low < area && area < high).toBe(true);
    expect(confidenceInterval([{ labels, scores }], areaUnderCurve)).toEqual([low, high]);
    const [narrowLow, narrowHigh] = confidenceInterval(
      new Array(9).fill({ labels, scores }) as { labels: number[]; scores: number[] }[],
      areaUnderCurve,
    ) ?? [0, 1];
    expect(narrowHigh - narrowLow).toBeLessThan((high - low) / 2);
  });

  it('is none where the figure is none', () => {
    expect(confidenceInterval([], areaUnderCurve)).toBeNull();
    expect(confidenceInterval([{ labels: [1], scores: [0.5] }], areaUnderCurve)).toBeNull();
  });
});
